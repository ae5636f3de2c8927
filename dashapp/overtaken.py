"""Which move of a page is its newest, so that work for an older one can stop."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

PAGES_KEPT = 512


class OvertakenError(Exception):
    """A newer move of the same page makes the work useless."""


class Pages:
    """The newest move of each page that this process answers; an application has one.

    A page is known by a name of its own making, and by whose it is.
    """

    def __init__(self) -> None:
        self._newest: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._lock = Lock()

    def moved(self, owner: str, page: str, seq: int) -> None:
        """A page has made its move number `seq`."""
        with self._lock:
            self._newest[owner, page] = max(seq, self._newest.pop((owner, page), 0))
            while len(self._newest) > PAGES_KEPT:
                self._newest.popitem(last=False)

    def heed(self, owner: str, page: str, seq: int) -> Callable[[], None]:
        """What raises `OvertakenError` once the page has made a move after `seq`."""

        def look() -> None:
            with self._lock:
                newest = self._newest.get((owner, page), 0)
            if newest > seq:
                raise OvertakenError(page)

        return look
