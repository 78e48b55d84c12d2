-- Who has an account in this week.
select customer_id, email, phone, first_name, last_name, city, postcode, country
from {{ ref('raw_customers') }}
where {{ var('week') }} between since_week and coalesce(until_week, 1000)
