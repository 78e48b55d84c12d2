select id from {{ ref('passing') }}
