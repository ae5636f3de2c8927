"""Scenarios of a sweep on the machines of a Dask cluster: the same numbers, whoever calculates them.

What a batch comes to depends on nothing but the sweep, the figures and its points, so the scheduler may give it to
anybody, and to somebody else when a machine is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

from engine import ENGINE_VERSION, EngineError, Figures
from scenarios import Outcome, Point, Runner, ScenarioErrors, Sweep

if TYPE_CHECKING:
    from distributed import Client

REACHED_WITHIN = 5.0
"""Seconds within which a scheduler must answer."""
PATIENCE = 60.0
"""Seconds that a cluster may be without a single worker."""
POLL = 0.5
"""Seconds between two looks at whether somebody wants it to stop."""
LEAST_BATCH, MOST_BATCHES = 5, 400

Job = tuple[Sweep, Figures]


class ClusterError(Exception):
    """A cluster cannot do the work, or cannot go on with it.

    Attributes
    ----------
    code : str
        ``unreachable``, ``no_workers``, ``workers_lost``, ``lost`` (the scheduler is gone) or ``other_version``.
    details : mapping
        `address` of the scheduler; `own` and `found` versions, `seconds` of waiting.
    """

    def __init__(self, code: str, **details: Any) -> None:
        self.code, self.details = code, details
        super().__init__(f"{code}: {details}")


def outcomes(
    address: str, sweep: Sweep, figures: Figures, points: Sequence[Point], is_unwanted: Callable[[], bool]
) -> Iterator[Outcome]:
    """What every point comes to, in the order in which workers are done; left early, the rest is called off.

    Parameters
    ----------
    address : str
        Of the scheduler, ``tcp://host:port`` or ``tls://host:port``.
    is_unwanted : callable
        Asked again and again; once True, nothing more comes.

    Raises
    ------
    ClusterError
    EngineError, ScenarioErrors
        As `Runner.outcome`.
    """
    from distributed import wait

    size = max(LEAST_BATCH, -(-len(points) // MOST_BATCHES))
    with _connected(address) as client:
        # a task, not data laid on workers: it is made again where the one that held it is lost
        job = client.submit(_job, sweep, figures, pure=False)
        pending = {client.submit(_batch, job, points[at : at + size], pure=False) for at in range(0, len(points), size)}
        seen = monotonic()
        try:
            while pending and not is_unwanted():
                try:
                    with client.as_current():
                        done = wait(pending, timeout=POLL, return_when="FIRST_COMPLETED").done
                except TimeoutError:
                    seen = _look(client, address, seen)
                    continue
                seen = monotonic()
                pending -= done
                for one in done:
                    yield from _result(one, address)
        except CancelledError as gone:  # what the client answers for all that it asked of a scheduler that is gone
            raise ClusterError("lost", address=address) from gone
        finally:
            if client.status == "running":
                client.cancel([job, *pending], force=True)


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    """A client of the scheduler at `address`, closed in the end; distributed keeps quiet meanwhile."""
    import dask
    from distributed import Client

    quiet = {"logging.distributed": "critical", "distributed.comm.timeouts.connect": REACHED_WITHIN}
    with dask.config.set(quiet):
        try:
            client = Client(address, timeout=REACHED_WITHIN, set_as_default=False)
        except (OSError, ValueError) as fault:
            raise ClusterError("unreachable", address=address) from fault
        try:
            yield client
        finally:
            client.close(timeout=REACHED_WITHIN)


def _look(client: Client, address: str, seen: float) -> float:
    """When there last was a worker, by a monotonic clock [s]."""
    if client.status != "running":
        raise ClusterError("lost", address=address)
    try:
        workers = client.nthreads()
    except OSError as fault:
        raise ClusterError("lost", address=address) from fault
    if workers:
        return monotonic()
    if monotonic() - seen > PATIENCE:
        raise ClusterError("no_workers", address=address, seconds=round(PATIENCE))
    return seen


def _result(future: Any, address: str) -> list[Outcome]:
    from distributed import KilledWorker

    try:
        version, found = future.result()
    except KilledWorker as fault:
        raise ClusterError("workers_lost", address=address) from fault
    except (EngineError, ScenarioErrors, CancelledError):
        raise
    except (ImportError, AttributeError) as fault:  # what was sent is not known there
        raise ClusterError("other_version", address=address, own=ENGINE_VERSION, found="–") from fault
    if version != ENGINE_VERSION:
        raise ClusterError("other_version", address=address, own=ENGINE_VERSION, found=version)
    several: list[Outcome] = found
    return several


# what workers do ---------------------------------------------------------------------------------------------
def _job(sweep: Sweep, figures: Figures) -> Job:
    return sweep, figures


def _batch(job: Job, points: Sequence[Point]) -> tuple[str, list[Outcome]]:
    runner = Runner(*job)
    return ENGINE_VERSION, [runner.outcome(one) for one in points]
