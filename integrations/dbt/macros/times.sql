{# wsync's times are instants: here they become UTC, without a zone where the warehouse has such a type. #}
{% macro utc(column) %}{{ return(adapter.dispatch('utc', 'warehouse_sync')(column)) }}{% endmacro %}

{% macro default__utc(column) %}({{ column }} at time zone 'UTC'){% endmacro %}

{% macro snowflake__utc(column) %}cast(convert_timezone('UTC', {{ column }}) as timestamp_ntz){% endmacro %}

{% macro bigquery__utc(column) %}{{ column }}{% endmacro %}

{% macro utc_now() %}{{ return(adapter.dispatch('utc_now', 'warehouse_sync')()) }}{% endmacro %}

{% macro default__utc_now() %}{{ warehouse_sync.utc('current_timestamp') }}{% endmacro %}

{% macro snowflake__utc_now() %}{{ warehouse_sync.utc('current_timestamp()') }}{% endmacro %}

{% macro bigquery__utc_now() %}current_timestamp(){% endmacro %}

{# getdate() has no zone, and is in UTC unless the session's zone was changed. #}
{% macro redshift__utc_now() %}getdate(){% endmacro %}
