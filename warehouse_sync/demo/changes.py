"""A week in the shop: who leaves, who joins, what is corrected, so that a second run has something to do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .shop import Customer, Shop, enter


@dataclass(frozen=True)
class Week:
    """What changed: the keys concerned, and the identifiers that ought to be gone or kept afterwards."""

    left: tuple[int, ...]
    joined: tuple[int, ...]
    moved: tuple[int, ...]
    parted: tuple[int, ...]
    cleared: tuple[int, ...]
    corrected: tuple[int, ...]
    old_emails: frozenset[str]
    shared_phones: frozenset[str]

    def lines(self) -> tuple[str, ...]:
        """What happened, one line a kind."""
        return (
            f"{len(self.left):,} customers left, {len(self.joined):,} joined",
            f"{len(self.moved):,} have a new e-mail address",
            f"{len(self.parted):,} left a household whose telephone somebody else still has",
            f"{len(self.cleared):,} took their telephone number back (the column is empty now)",
            f"{len(self.corrected):,} wrong addresses were corrected",
        )


def week(shop: Shop) -> Week:
    """Changes the shop, in amounts that its guards let pass, and says what was done."""
    alone = shop.alone()
    whole = [each for each in alone if each.true_email and each.true_phone]
    wrong = [each for each in alone if not each.true_email and (each.email or "").strip()]
    many, few = max(2, len(alone) // 50), max(1, len(alone) // 150)
    leaving, moving, clearing = whole[:many], whole[many : many + few], whole[-few:]
    parting = [second for _first, second in shop.households[: max(1, len(shop.households) // 5)]]
    newcomers = [shop.maker.customer() for _ in range(many)]
    shared, old = _phones(shop, parting), frozenset().union(*(_email(each) for each in moving))
    for key in (*_keys(leaving), *parting):
        del shop.customers[key]
    corrections = wrong[:few]
    enter(shop, newcomers)
    enter(shop, [_readdressed(each) for each in (*moving, *corrections)])
    enter(shop, [replace(each, phone=None, true_phone=None) for each in clearing])
    return Week(
        *(_keys(leaving), _keys(newcomers), _keys(moving), tuple(parting), _keys(clearing), _keys(corrections)),
        old_emails=old,
        shared_phones=shared,
    )


def _keys(customers: list[Customer]) -> tuple[int, ...]:
    return tuple(each.customer_id for each in customers if each.customer_id is not None)


def _readdressed(customer: Customer) -> Customer:
    fresh = f"new.address.{customer.customer_id}@example.org"
    return replace(customer, email=fresh, true_email=fresh)


def _email(customer: Customer) -> set[str]:
    return {token for token in customer.tokens() if token.startswith("EMAIL:")}


def _phones(shop: Shop, keys: list[int]) -> frozenset[str]:
    return frozenset(token for key in keys for token in shop.customers[key].tokens() if token.startswith("PHONE:"))
