"""Whether the service lives, and whether it can work: for what watches over it. Both say nothing else."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from dashapp.services.database import Store

NAME = "health"


def routes(store: Store) -> Blueprint:
    """``/healthz`` answers 200 while the process does; ``/readyz`` 200 if the database answers too, else 503."""
    made = Blueprint(NAME, __name__)

    @made.get("/healthz")
    def alive() -> Response:
        return jsonify(status="alive")

    @made.get("/readyz")
    def ready() -> tuple[Response, int]:
        if store.ready():
            return jsonify(status="ready"), 200
        return jsonify(status="unavailable"), 503

    return made
