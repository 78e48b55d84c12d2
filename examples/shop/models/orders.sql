select customer_id, current_date - days_ago as ordered_on, amount
from {{ ref('raw_orders') }}
where since_week <= {{ var('week') }}
