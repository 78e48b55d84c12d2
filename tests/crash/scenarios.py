"""The scenario that is killed at every boundary, and those made for what it would show too rarely."""

from __future__ import annotations

from tests.crash.sweep import Scenario, refusal
from tests.crash.world import Turn, digits, email, row, tokens

FIRST = (row(1, 1, 1), row(2, 2, 2), row(3, 3, 3), row(4, 4, 2), row(5, 5, 5), row(6, 6), row(7, "bad", 7))
SECOND = (
    *(row(3, "3new", 3), row(4, 4, 2), row(6, 6), row(7, "bad", 7), row(8, 8, 8)),
    *(row(9, 9, 9), row(9, 9, 9), row(None, 0)),
)
THIRD = (
    *(row(3, "3new", 3), row(4, 4, 2), row(6, "6new"), row(7, "bad", 7), row(8, 8, 8), row(9, 9, 9)),
    *(row(10, 10, 10), row(11, 11, 9), row(12, 12), row(13, None, 13), row(14, None, None)),
)
LAST = (row(1, 1, 1), row(3, 3, 3), row(7, "bad", 7), row(8, 8), row(10, 10, 9), row(13, 13, 13))

EVERYTHING = Scenario(
    turns=(
        Turn(FIRST),
        # 1 and 2 leave, 2 shares its phone with 4; 3 has a new e-mail; the removal of 5 is refused
        Turn(SECOND, orders=(refusal(email(5), "remove"),)),
        # the answer to the second request of additions is lost, and the upload stops there
        Turn(THIRD, orders=({"answer": "reset_after", "kind": "add", "after": 1},)),
    ),
    afterwards=(SECOND, THIRD, LAST),
    refused=(email("bad"),),
)
"""Adds, removes, a rekey, shared identifiers, a refused removal, a rejected row, a stopped upload."""

BEFORE = (row(1, 1, 1), row(2, 2, 1), row(3, 3))
AFTER = (row(1, 1, 1), row(3, 4), row(4, 5))
SMALL = Scenario(turns=(Turn(BEFORE), Turn(AFTER)), afterwards=(AFTER, (*BEFORE, row(4, 5))))
"""One leaves whose phone another has, one has a new e-mail, one comes: small enough for pairs of kills."""

MEMBER, REFUSED = row(1, 1, 1), row(2, "bad", 1)
REJECTED_LEAVES = Scenario(
    turns=(Turn((MEMBER, REFUSED)), Turn((REFUSED,)), Turn(())),
    afterwards=((REFUSED,), (REFUSED,), ()),
    refused=(email("bad"),),
    members="tokens",
)
"""A rejected row keeps its phone in the audience, because it is wanted, when the member that brought it leaves.
When the rejected row leaves too, the phone must go."""

ONE, OTHER = row(1, 1, 1), row(2, 1, 2)
REFUSED_COMES_BACK = Scenario(
    turns=(Turn((ONE, OTHER), page=1), Turn((), orders=(refusal(digits(1), "remove"),), page=1), Turn((ONE,), page=1)),
    afterwards=((ONE, OTHER), (), (ONE,)),
)
"""Two leave who share an e-mail; the removal of one is refused, that of the other takes both away on the platform.
The one whose removal was refused comes back."""

BY_EMAIL, BY_PHONE = row(1, 1), row(1, None, 1)
SAME_PERSON = Scenario(
    turns=(Turn((BY_EMAIL,)), Turn((BY_PHONE,))),
    afterwards=((BY_EMAIL,), (BY_PHONE,)),
    people=tuple((token, "one") for each in (BY_EMAIL, BY_PHONE) for token in tokens(each)),
)
"""A key changes from an e-mail to a phone that the platform knows to be the same person's."""

REPLACED = Scenario(
    turns=(Turn((*BEFORE, row(5, 7, 7))), Turn((*AFTER, row(5, 7, 7)), kind="replace")),
    afterwards=((*AFTER, row(5, 7, 7)), (*BEFORE, row(4, 5), row(5, 7, 7))),
)
"""A list is replaced while one leaves, one has a new e-mail and one comes: by its first page, then there is another."""

RARE = {
    "a rejected row leaves": REJECTED_LEAVES,
    "a refused removal comes back": REFUSED_COMES_BACK,
    "one person, two identifiers": SAME_PERSON,
}

RARER = {**RARE, "a list is replaced": REPLACED}
"""And what only the sweeps have time for."""
