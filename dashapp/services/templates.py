"""The template that Decisions are written on: the office's own where it uploaded one, else the shipped one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashapp.services.refused import RefusedError
from dashapp.services.rights import Action, Actor, needs
from data.export.template import VARIABLES, check_template
from data.export.template_form import shipped_template
from data.export.template_package import FAULTS, PARTS, TemplateFaultError
from data.store import Store, Work

LONGEST_NAME = 200
SUBJECT = "templates"

__all__ = [
    "FAULTS",
    "PARTS",
    "VARIABLES",
    "InUse",
    "TemplateFaultError",
    "change",
    "in_use",
    "own",
    "reset",
    "shipped_template",
]


@dataclass(frozen=True)
class InUse:
    """The template in use; the shipped one has no `sha256`. `by` and `at` say who decided so, if anybody did."""

    filename: str
    sha256: str | None
    by: str
    at: datetime | None
    content: bytes | None


def own(work: Work) -> bytes | None:
    """The office's own template, None where the shipped one is in use."""
    found = work.templates.current()
    return None if found is None else found.content


@needs(Action.READ)
def in_use(store: Store, _actor: Actor, /) -> InUse:
    """What is in use, and since when."""
    with store.reading() as work:
        found = work.templates.current()
    if found is None:
        return InUse("", None, "", None, None)
    return InUse(found.filename, found.sha256, found.by, found.at, found.content)


@needs(Action.MANAGE_CAMPAIGNS)
def change(store: Store, actor: Actor, /, filename: str, content: bytes) -> InUse:
    """Take an uploaded template from now on.

    Raises
    ------
    TemplateFaultError
        If it is no template, or could do more than be filled in; names the place. Nothing is kept then.
    RefusedError
        ``nothing_new`` if it is the one in use.
    """
    check_template(content)
    with store.work(actor.name) as work:
        before = work.templates.current()
        if before is not None and before.content == content:
            raise RefusedError("nothing_new", filename=filename)
        after = work.templates.add(filename.strip()[:LONGEST_NAME], content)
        old = None if before is None else {"filename": before.filename, "sha256": before.sha256}
        work.log.append("template.change", SUBJECT, old, {"filename": after.filename, "sha256": after.sha256})
        return InUse(after.filename, after.sha256, after.by, after.at, after.content)


@needs(Action.MANAGE_CAMPAIGNS)
def reset(store: Store, actor: Actor, /) -> None:
    """Go back to the shipped template; the office's own stays in the store.

    Raises
    ------
    RefusedError
        ``nothing_new`` if the shipped one is in use.
    """
    with store.work(actor.name) as work:
        before = work.templates.current()
        if before is None or before.content is None:
            raise RefusedError("nothing_new", filename="")
        work.templates.add("", None)
        work.log.append("template.reset", SUBJECT, {"filename": before.filename, "sha256": before.sha256}, None)
