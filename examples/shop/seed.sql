-- Invented people; telephone numbers are from ranges that regulators keep for fiction.
create or replace table customers (
  customer_id integer, email text, phone text, first_name text, last_name text, city text, postcode text, country text
);
insert into customers values
  (1, 'ada.whitfield@example.com', '+44 7700 900001', 'Ada', 'Whitfield', 'London', 'SW1A 1AA', 'GB'),
  (2, '  Ben.Whitfield@Example.com', '(07700) 900001', 'Ben', 'Whitfield', 'London', 'SW1A 1AA', 'gb'),
  (3, 'chloe.lefevre@example.org', '+33 6 39 98 00 03', 'Chloé', 'Lefèvre', 'Besançon', '25000', 'France'),
  (4, 'DIRK.WEISS@EXAMPLE.NET', '0049 30 23125 004', 'Dirk', 'Weiß', 'Görlitz', '02826', 'DE'),
  (5, 'erin@example.com', '+1 (212) 555-0105', 'Erin', 'O''Brien', 'New York', '10001-1234', 'USA'),
  (6, 'fintan.odalaigh@example.org', '+353 20 910 0006', 'Fintan', 'Ó Dálaigh', 'Galway', 'H91 A1A1', 'IE'),
  (7, 'gina@example.com', null, 'Gina', 'Castellano', 'St. Louis', '63101', 'US'),
  (8, 'hugo.sjostrom@example.net', '+46 8 465 004 08', 'Hugo', 'Sjöström', 'Malmö', '211 20', 'SE'),
  (9, '', '07700 900009', 'Imogen', 'Bhatt', 'Stoke-on-Trent', 'ST1 1AA', 'GB'),
  (10, 'n/a', 'call mornings', 'Jo', 'Macrae', 'Glasgow', 'G1 1AA', 'GB'),
  (11, 'kirra@example.com', '+61 2 5550 0011', 'Kirra', 'Nguyen', 'Perth', '6000', 'AU'),
  (12, 'liam@example.org', '07700 900012', 'Liam', 'Pemberton-Hale', 'St Ives', 'TR26 1AA', 'GB');

create or replace table orders (customer_id integer, ordered_on date, amount decimal(10, 2));
insert into orders
select c.customer_id, current_date - 20 * c.customer_id, 12.5 * c.customer_id
from customers as c;
