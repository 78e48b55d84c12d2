-- The table that a forgotten key's identifier tokens are loaded into, to ask which of them others have, too.
-- reads: mirror (its column type only); writes: asked_<sync>_<run>
create table asked as
select m.identity as token
from mirror as m
where 1 = 0
