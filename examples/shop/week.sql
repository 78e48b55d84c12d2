-- Liam leaves, Mia joins, Chloé has a new address, Ben leaves and Ada still has the telephone they shared.
delete from customers where customer_id in (2, 12);
insert into customers values
  (13, 'mia@example.com', '07700 900013', 'Mia', 'Thistlewood', 'London', 'SW1A 2AA', 'GB');
update customers set email = 'chloe@example.com' where customer_id = 3;
insert into orders values (13, current_date, 80);
