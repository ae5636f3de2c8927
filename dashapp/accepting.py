"""Workers of one service share new connections evenly: who has more open than another leaves the next one to it.

The kernel wakes every worker that waits for a connection, and whoever is awake first takes it: one worker may end up
with most of the people while another has nothing to do.
"""

from __future__ import annotations

import mmap
import struct
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

FREE = -1
BEGINNING = -2
PATIENCE = 0.02
"""Seconds that a connection is left to another worker before it is taken all the same: that one may be busy."""
PAUSE = 0.0005
"""Seconds between two looks in that time."""


class Shares:
    """How many connections each worker has open, in memory that all processes of the service see."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._memory = mmap.mmap(-1, 4 * places)
        for place in range(places):
            self.set(place, FREE)

    def take(self) -> int:
        """A place that no worker has; the last one if all are taken. Nothing is left to it before it says how many."""
        place = next((one for one in range(self._places) if self._at(one) == FREE), self._places - 1)
        self.set(place, BEGINNING)
        return place

    def set(self, place: int, open: int) -> None:
        """Say how many connections are open at a place; FREE: there is no worker any more."""
        struct.pack_into("i", self._memory, 4 * place, open)

    def fewest(self) -> int:
        """The least number that any worker has open that takes connections; 0 if there is none yet."""
        return min((one for one in map(self._at, range(self._places)) if one >= 0), default=0)

    def _at(self, place: int) -> int:
        return int(struct.unpack_from("i", self._memory, 4 * place)[0])


class EvenWorker(ThreadWorker):
    """gunicorn's threaded worker, which takes a connection only when no other one has fewer."""

    _shares: Shares
    _place: int
    _left_since: float | None = None

    def join(self, shares: Shares) -> None:
        """Be one of those that share connections: called before the worker has a process of its own."""
        self._shares, self._place = shares, shares.take()

    def part(self) -> None:
        """Be none of them any more: called when its process has ended."""
        self._shares.set(self._place, FREE)

    def accept(self, listener: Any) -> None:
        """Take a connection, unless it is for another one to take."""
        now = time.monotonic()
        if self.nr_conns > self._shares.fewest():
            if self._left_since is None:
                self._left_since = now
            if now - self._left_since < PATIENCE:
                time.sleep(PAUSE)
                return
        self._left_since = None
        super().accept(listener)
        self._shares.set(self._place, self.nr_conns)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """As gunicorn's; afterwards the others are told how many connections are open here."""
        super().wait_for_and_dispatch_events(timeout)
        self._shares.set(self._place, self.nr_conns)
