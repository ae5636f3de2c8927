"""The real application on a free port, for as long as a browser looks at it."""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from werkzeug.serving import make_server

from dashapp.app import create_app
from dashapp.services.database import Store
from dashapp.settings import Settings


@contextmanager
def served(store: Store) -> Iterator[str]:
    """Where the application on a store answers."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    folder = tempfile.TemporaryDirectory(prefix="chitieu-served-", ignore_cleanup_errors=True)
    app = create_app(store, Settings(folder=Path(folder.name)))
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        folder.cleanup()
