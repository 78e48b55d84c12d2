select
  c.customer_id, c.email, c.phone, c.country,
  sum(o.amount) as spent
from customers as c
join orders as o on o.customer_id = c.customer_id
where o.ordered_on >= current_date - 90
group by c.customer_id, c.email, c.phone, c.country
