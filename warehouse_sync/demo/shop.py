"""The shop: a table of customers with the mess of real tables, and what a platform ought to hold of it.

Every customer is made twice over: as some form wrote it, and as it really is. The second never leaves this package;
with it the demo can tell at its end, without the product's own rules, who ought to be in the audience.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from .people import COUNTRIES, Country

SEED = 20_261_122
SMALLEST = 50
"""Fewer customers than this leave no room for every kind of mess."""

FULLWIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
WRONG_EMAILS = ("n/a", "unknown", "nobody@", "none@localhost", "-")
WRONG_PHONES = ("call mornings", "0000", "123", "see notes", "+0")


@dataclass(frozen=True)
class Customer:
    """A row of the table. `true_email` and `true_phone` are what a careful reader makes of it (None: nothing)."""

    customer_id: int | None
    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None
    born: str | None
    city: str | None
    postcode: str | None
    country: str | None
    true_email: str | None = None
    true_phone: str | None = None

    def cells(self) -> tuple[object, ...]:
        """The row as the table has it."""
        return (
            *(self.customer_id, self.email, self.phone, self.first_name, self.last_name),
            *(self.born, self.city, self.postcode, self.country),
        )

    def tokens(self) -> set[str]:
        """Its identifiers as the platform keeps them."""
        found = (("EMAIL", self.true_email), ("PHONE", self.true_phone))
        return {f"{kind}:{hashlib.sha256(value.encode()).hexdigest()}" for kind, value in found if value}


COLUMNS = tuple(Customer.__dataclass_fields__)[:9]


class Maker:
    """Makes customers, the same ones every time."""

    def __init__(self) -> None:
        self.random = random.Random(SEED)  # noqa: S311 - invented people are no secret
        self.made = 0
        self.dialled = [0] * len(COUNTRIES)

    def customer(self) -> Customer:
        """The next customer, in order of their ids."""
        self.made += 1
        at = self.made % len(COUNTRIES)
        home, draw = COUNTRIES[at], self.random
        given, family = draw.choice(home.given), draw.choice(home.family)
        email = _address(given[1], family[1], self.made, draw)
        phone, digits = self._phone(at)
        made = Customer(
            self.made,
            _typed(email, draw),
            phone,
            _typed(given[0], draw),
            _typed(family[0], draw),
            self._born(),
            _typed(draw.choice(home.towns)[draw.random() < 0.3], draw),
            _postcode(home.postcode, draw),
            draw.choice(home.spellings),
            email,
            digits,
        )
        return _spoiled(made, draw)

    def partner(self, of: Customer) -> Customer:
        """Somebody else in the household of `of`: another e-mail, the same telephone written in another way."""
        home = COUNTRIES[of.customer_id % len(COUNTRIES)] if of.customer_id else COUNTRIES[0]
        given = self.random.choice(home.given)
        self.made += 1
        email = f"{_letters(given[1])}.{self.made}@example.net"
        phone = f"+{of.true_phone}"
        return replace(
            of,
            customer_id=self.made,
            email=email,
            phone=phone,
            first_name=given[0],
            true_email=email,
        )

    def household(self) -> tuple[Customer, Customer]:
        """Two customers with one telephone."""
        first = self.customer()
        while not (first.true_phone and first.true_email and (first.phone or "").lstrip(" (").startswith(("+", "00"))):
            first = self.customer()
        return first, self.partner(first)

    def _phone(self, at: int) -> tuple[str, str]:
        """A telephone number as somebody wrote it, and its digits as they travel."""
        home = COUNTRIES[at]
        start, free = home.lines[self.dialled[at] % len(home.lines)]
        number = self.dialled[at] // len(home.lines)
        if home.calling_code == "1":
            number = 100 + number % 100
        self.dialled[at] += 1
        national = start + f"{number % 10**free:0{free}d}"
        return _written_phone(home, national, self.random)

    def _born(self) -> str | None:
        draw = self.random
        year, month, day = draw.randint(1938, 2007), draw.randint(1, 12), draw.randint(1, 28)
        form = draw.random()
        if form < 0.06:
            return None
        if form < 0.08:
            return draw.choice(("1890-01-01", "0000-00-00", "unknown", "31.12.99"))
        return f"{year}-{month:02d}-{day:02d}" + (" 00:00:00" if form > 0.9 else "")


def _letters(word: str) -> str:
    return "".join(letter for letter in word.lower() if letter.isalnum())


def _address(given: str, family: str, number: int, draw: random.Random) -> str:
    join = draw.choice((".", "_", "+", "-"))
    return f"{_letters(given)}{join}{_letters(family)}{number}@example.{draw.choice(('com', 'org', 'net'))}"


def _typed(value: str, draw: random.Random) -> str:
    """As people type: mostly right, sometimes in capitals, with spaces of several kinds around it."""
    form = draw.random()
    if form < 0.70:
        return value
    if form < 0.80:
        return value.upper() if value.isascii() else f"{value} "
    if form < 0.90:
        return f"  {value}\t"
    return f"\u00a0{value}" if form < 0.95 else f"{value}\u200b"


def _written_phone(home: Country, national: str, draw: random.Random) -> tuple[str, str]:
    code, whole = home.calling_code, home.calling_code + national
    head, tail = national[:3], national[3:]
    forms = [
        (f"+{whole}", whole),
        (f"+{code} {head} {tail}", whole),
        (f"00{code} {head}-{tail}", whole),
        (f"+{code} ({head}) {tail[:3]}.{tail[3:]}", whole),
        (f" +{code}\u00a0{head} {tail}", whole),
        ((f"+{code} {head} {tail}").translate(FULLWIDTH), whole),
    ]
    if not national.startswith("0"):
        forms.append((f"{home.trunk}{head} {tail}", national))
    if home.trunk:
        forms.append((f"+{code} ({home.trunk}) {head} {tail}", whole))
    return draw.choices(forms, weights=[6, 5, 3, 3, 2, 1, 2, 2][: len(forms)])[0]


def _postcode(pattern: str, draw: random.Random) -> str | None:
    if draw.random() < 0.05:
        return None
    made = "".join(
        str(draw.randint(0, 9)) if letter == "9" else draw.choice("BCDEHKLMR") if letter == "A" else letter
        for letter in pattern
    )
    return made.lower() if draw.random() < 0.1 else made


def _spoiled(made: Customer, draw: random.Random) -> Customer:
    """Some values are missing, some wrong."""
    form = draw.random()
    if form < 0.04:
        return replace(made, email=draw.choice((None, "", "  ")), true_email=None)
    if form < 0.10:
        return replace(made, phone=draw.choice((None, "")), true_phone=None)
    if form < 0.12:
        return replace(made, email=draw.choice(WRONG_EMAILS), true_email=None)
    if form < 0.14:
        return replace(made, phone=draw.choice(WRONG_PHONES), true_phone=None)
    if form < 0.145:
        wrong = replace(made, email=draw.choice(WRONG_EMAILS), phone=draw.choice(WRONG_PHONES))
        return replace(wrong, true_email=None, true_phone=None)
    if form < 0.148:
        return replace(made, email=None, phone="", true_email=None, true_phone=None)
    if form < 0.16:
        return replace(made, country=draw.choice(("Atlantis", "", None)))
    return made


@dataclass
class Shop:
    """The table as it stands: customers with keys of their own, households among them, and the rows that are wrong.

    `strays` are rows without a usable key: null keys, a key that occurs twice with different values.
    """

    maker: Maker
    customers: dict[int, Customer]
    households: list[tuple[int, int]]
    strays: list[Customer]

    def rows(self) -> Iterator[Customer]:
        """The whole table; a surplus equal copy of the first customer is part of it."""
        yield from self.customers.values()
        first = next(iter(self.customers.values()), None)
        if first is not None:
            yield first
            yield from self.strays

    def alone(self) -> list[Customer]:
        """The customers who share no telephone with anybody."""
        at_home = {key for pair in self.households for key in pair}
        return [customer for key, customer in self.customers.items() if key not in at_home]

    def wanted(self) -> set[str]:
        """The identifiers that ought to be in the audience."""
        return set().union(*(customer.tokens() for customer in self.customers.values()))


def opened(rows: int) -> Shop:
    """A shop of about so many customers (`rows` is the number of rows of its table)."""
    maker = Maker()
    strays = _strays(maker, nobodies=min(2, rows // 120))
    shop = Shop(maker, {}, [], strays)
    room = rows - len(strays) - 1
    for _ in range(max(3, room // 60)):
        first, second = maker.household()
        enter(shop, (first, second))
        shop.households.append((_key(first), _key(second)))
    while len(shop.customers) < room:
        enter(shop, [maker.customer()])
    return shop


def enter(shop: Shop, customers: Iterable[Customer]) -> None:
    """Adds customers to the table, or replaces those that have their keys."""
    shop.customers.update((_key(customer), customer) for customer in customers)


def _key(customer: Customer) -> int:
    assert customer.customer_id is not None  # noqa: S101 - strays are never entered
    return customer.customer_id


def _strays(maker: Maker, *, nobodies: int) -> list[Customer]:
    first, second = maker.customer(), maker.customer()
    return [
        *(replace(maker.customer(), customer_id=None) for _ in range(nobodies)),
        first,
        replace(second, customer_id=first.customer_id),
    ]
