select id from {{ source('raw', 'clicks') }}
