"""The demo's steps, in the order they are told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ..errors import ConfigError
from ..sandbox import Sandbox
from .changes import Week, week
from .people import COUNTRIES
from .project import DATABASE, SYNC, environment, fill, lay_out, place
from .shop import SMALLEST, Shop, opened

DONE, BLOCKED, SOME_FAILED = 0, 4, 6
"""The exit codes of `wsync` that the demo expects."""


class Unexpected(Exception):
    """A command ended in another way than the demo expects; has its exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exit code {code}")
        self.code = code


@dataclass
class Tour:
    """What the steps share."""

    root: Path
    sandbox: Sandbox
    shop: Shop
    wsync: Callable[[Sequence[str]], int]
    say: Callable[[str], None]
    step: int = 0

    def begin(self, title: str) -> None:
        """The heading of the next step."""
        self.step += 1
        self.say("")
        self.say(f"{self.step}. {title}")
        self.say("")

    def tell(self, *lines: str) -> None:
        for line in lines:
            self.say(f"   {line}")

    def command(self, *words: str, expect: Sequence[int] = (DONE,)) -> int:
        """Runs a command as a user would, shown before its output."""
        self.say(f"$ wsync {' '.join(words)}")
        code = self.wsync([*words, "--project-dir", str(self.root)])
        self.say("")
        if code not in expect:
            raise Unexpected(code)
        return code

    def held(self) -> set[str]:
        """Every identifier in the audience, as the platform has it."""
        (audience,) = self.sandbox.summary()
        return self.sandbox.members(audience.id)


def run(
    rows: int = 3000,
    folder: Path | None = None,
    *,
    wsync: Callable[[Sequence[str]], int],
    say: Callable[[str], None],
) -> int:
    """Plays the demo and returns the exit code of `wsync demo`: 0 when its ending holds.

    `rows` is how many rows the shop's table has, at least 50. `folder` is a new or empty directory that keeps the
    project; without it a temporary one is used and removed. `wsync` runs one command of the command line, given its
    arguments (`--project-dir FOLDER` among them), prints as usual, and returns its exit code; `say` prints a line.
    Raises `ConfigError` for too few rows, and for a folder with files in it.
    """
    if rows < SMALLEST:
        raise ConfigError(f"the demo needs at least {SMALLEST} rows")
    with place(folder) as root, Sandbox.start(record="counts") as sandbox, environment(sandbox.url):
        lay_out(root)
        try:
            fine = _play(Tour(root, sandbox, opened(rows), wsync, say))
        except Unexpected as end:
            say(f"The demo ends here: the command above ended with exit code {end.code}.")
            return end.code or 1
    if folder is not None:
        _keep_playing(root, say)
    return 0 if fine else 1


def _play(tour: Tour) -> bool:
    _open(tour)
    _first_run(tour)
    passed = _change(tour)
    _second_run(tour)
    _look(tour, passed)
    guarded = _empty(tour)
    return _end(tour, passed, guarded=guarded)


def _open(tour: Tour) -> None:
    tour.begin("A shop, and a platform")
    fill(tour.root, tour.shop.rows())
    count = sum(1 for _ in tour.shop.rows())
    tour.tell(
        f"{DATABASE}, table customers: {count:,} rows, invented people of {len(COUNTRIES)} countries, for example",
        "",
        *_samples(tour.shop),
        "",
        "wsync.yml and syncs/customers.yml: where the table is, where it goes, which column is what.",
        f"Facebook is played by a stand-in on this machine, {tour.sandbox.url}; nothing leaves it.",
    )


def _samples(shop: Shop) -> list[str]:
    """A household, some rows as people type, some with something wrong in them."""
    pair = [shop.customers[key] for key in shop.households[0]]
    alone = shop.alone()
    typed = (each for each in alone if each.true_email and (each.email or "") != each.true_email)
    wrong = (each for each in alone if not (each.true_email and each.true_phone))
    rows = [*pair, *islice(typed, 3), *islice(wrong, 3)]
    return [f"{each.customer_id:>6}  {each.email!r:<44}  {each.phone!r:<26}  {each.first_name!r}" for each in rows]


def _first_run(tour: Tour) -> None:
    tour.begin("The first run: everybody is new")
    code = tour.command("run", expect=(DONE, SOME_FAILED))
    if code == SOME_FAILED:
        tour.tell(
            "Exit code 6: done, with failed rows. Rows without a key, or without any usable e-mail address or",
            "telephone number, cannot be sent; each is in the log with its reason. All others are in.",
        )
    _show_platform(tour)


def _show_platform(tour: Tour) -> None:
    for audience in tour.sandbox.summary():
        tour.tell(f"The platform now holds {audience}.")


def _change(tour: Tour) -> Week:
    tour.begin("A week passes in the shop")
    passed = week(tour.shop)
    fill(tour.root, tour.shop.rows())
    tour.tell(*passed.lines())
    return passed


def _second_run(tour: Tour) -> None:
    tour.begin("What would the next run do? Then it does it")
    tour.command("plan", SYNC)
    code = tour.command("run", expect=(DONE, SOME_FAILED))
    if code == SOME_FAILED:
        tour.tell("6 again: the same rows are still wrong in the table.")
    _show_platform(tour)


def _look(tour: Tour, passed: Week) -> None:
    tour.begin("What was done, and where the sync stands")
    tour.tell("Somebody with a new e-mail address: the old identity was removed, the new one added.", "")
    tour.command("log", SYNC, "--key", str(passed.moved[0]))
    tour.tell("Rows that could not be sent, with what is wrong with them:", "")
    tour.command("log", SYNC, "--status", "failed", "--rows", "3")
    tour.command("status")


def _empty(tour: Tour) -> bool:
    """Whether the audience stayed as it was."""
    tour.begin("The nightly build fails and leaves the table empty")
    before = tour.held()
    fill(tour.root, ())
    tour.command("run", expect=(BLOCKED,))
    guarded = tour.held() == before
    tour.tell(
        "Exit code 4: guards blocked the plan, and nothing was sent.",
        "If everybody really should go, `wsync apply` with that run's id sends exactly this plan.",
        "Here the table is at fault: it is built again, and the next run finds nothing to do.",
        "",
    )
    fill(tour.root, tour.shop.rows())
    tour.command("run", expect=(DONE, SOME_FAILED))
    return guarded


def _end(tour: Tour, passed: Week, *, guarded: bool) -> bool:
    tour.begin("Is the audience what the table asks for?")
    held, wanted = tour.held(), tour.shop.wanted()
    requests = sum(tour.sandbox.counts()["applied"].values())
    facts = (
        (f"identifiers wanted: {len(wanted):,}; held: {len(held):,}; both: {len(held & wanted):,}", held == wanted),
        (f"old e-mail addresses gone: {len(passed.old_emails):,}", not held & passed.old_emails),
        (
            f"telephone numbers kept because somebody else still has them: {len(passed.shared_phones):,}",
            passed.shared_phones <= held,
        ),
        ("nothing was removed while the table was empty", guarded),
    )
    for fact, holds in facts:
        tour.tell(f"{'yes' if holds else 'NO '}  {fact}")
    tour.tell("", f"All of it took {requests:,} requests that changed something.")
    return all(holds for _fact, holds in facts)


def _keep_playing(root: Path, say: Callable[[str], None]) -> None:
    lines = (
        "",
        f"The project is in {root}. To go on with it:",
        "",
        "   wsync sandbox                              # in another terminal: the platform, empty again",
        f"   cd {root}",
        "   export FACEBOOK_TOKEN=sandbox-token",
        "   wsync abandon customers --yes              # its audience went with the demo",
        "   wsync run",
    )
    for line in lines:
        say(line)
