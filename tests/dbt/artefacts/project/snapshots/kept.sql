{% snapshot kept %}{{ config(target_schema='main', unique_key='id', strategy='check', check_cols='all') }}
select id, email from {{ ref('people') }}
{% endsnapshot %}
