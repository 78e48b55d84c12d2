"""Signals: the first asks the run to end in order, a second SIGINT ends the process at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from ..delivery import SENDING
from ..errors import Stopped, Unavailable, WsyncError
from .screen import Screen


class Signals:
    """Remembers the first signal. `stopping` and `sleep` are what a run is given."""

    def __init__(self, screen: Screen) -> None:
        self.screen, self.number, self.asked = screen, 0, threading.Event()

    def stopping(self) -> WsyncError | None:
        return Stopped(self.number) if self.number else None

    def sleep(self, seconds: float) -> None:
        """Wait, but not after a signal: then a run stops, and a request that waited is given up.

        The request, in a thread that sends, may have been applied before, so that its rows are in doubt.
        """
        if not self.asked.wait(seconds):
            return
        if threading.current_thread().name.startswith(SENDING):
            raise Unavailable("stopped while it waited to try again", code="stopped", certain=False)
        raise Stopped(self.number)

    def receive(self, number: int, _frame: FrameType | None) -> None:
        if self.number:
            if number == signal.SIGINT:
                os.write(2, b"stopped at once; the next run recovers\n")
                os._exit(128 + number)
            return
        self.number = number
        self.asked.set()
        os.write(2, b"stopping: what was sent is recorded first (Ctrl-C again ends at once)\n")

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Receive SIGINT and SIGTERM meanwhile."""
        names = (signal.SIGINT, signal.SIGTERM)
        before = {name: signal.signal(name, self.receive) for name in names}
        try:
            yield
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)
