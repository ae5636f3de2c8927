"""The process that calculates sweeps, started by the service: ``python -m dashapp.sweeper``.

It lets go of whoever started it before it loads anything, and gives way to every other process of the machine.
"""

from __future__ import annotations

import os

LOWEST = 19


def main() -> None:
    """Calculate what waits in the folder that the environment names."""
    from dashapp.services.sweep_files import Place
    from dashapp.services.sweep_work import work
    from dashapp.settings import Settings

    settings = Settings.from_environment()
    work(Place(settings.folder, settings.database_url, settings.scheduler))


if __name__ == "__main__":
    if os.fork() == 0:
        os.setsid()
        os.nice(LOWEST)
        main()
