"""What can be the matter with a whole list, by the one error code that every connector has for it.

`wsync status` shows them. None is a page's fault: no page is halved for one.
"""

from __future__ import annotations

from collections.abc import Mapping

REFUSED_MIN_SIZE = "refused_min_size"
FLAGGED = "audience_flagged"
EXPIRED = "audience_expired"

STATES: Mapping[str, str] = {
    REFUSED_MIN_SIZE: "the platform refuses removals that would leave too few members: they are asked for in every "
    "run, and go when the list has grown",
    FLAGGED: "the platform has flagged the list, and refuses every change until somebody resolves that there",
    EXPIRED: "the list has expired on the platform; where it takes members again it is filled again, else it needs a "
    "new sync",
}
"""Each code with what it means, and what becomes of it."""
