-- Who bought in the last 90 days, and for how much.
select
  c.customer_id, c.email, c.phone, c.country,
  sum(o.amount) as spent
from {{ ref('customers') }} as c
join {{ ref('orders') }} as o on o.customer_id = c.customer_id
where o.ordered_on >= current_date - 90
group by c.customer_id, c.email, c.phone, c.country
