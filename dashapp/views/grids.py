"""What every table of agencies has in common: how it behaves, columns of numbers, how tall it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_ag_grid as dag

Columns = Sequence[Mapping[str, Any]]

HEIGHT = "640px"
"""Of a table that scrolls in its own frame."""


def numeric(field: str, title: str, kind: str, lang: str, width: int, tip: str = "") -> dict[str, Any]:
    """A column of numbers; `kind` says to the page's script how they are written (share, target, gain, added, …)."""
    return {
        "field": field,
        "headerName": title,
        "headerTooltip": tip or title,
        "width": width,
        "type": "rightAligned",
        "cellClass": "ag-right-aligned-cell",
        "valueFormatter": {"function": f"written(params.value, '{kind}', '{lang}')"},
    }


def options(lang: str, *, whole: bool, **more: Any) -> dict[str, Any]:
    """How a table behaves; `whole`: it stands on the page in full. `more` replaces or adds to what all have."""
    found: dict[str, Any] = {
        "theme": "themeQuartz",
        "rowHeight": 30,
        "headerHeight": 46,
        "domLayout": "autoHeight" if whole else "normal",
        "suppressDragLeaveHidesColumns": True,
        "suppressMovableColumns": True,
        "tooltipShowDelay": 400,
        "animateRows": False,
        "paginationPageSizeSelector": False,  # else it is made even where there are no pages to leaf through
    }
    if lang == "vi":
        found["getLocaleText"] = {"function": "localeText(params)"}
    return found | more


def searched(is_searching: str, is_found: str) -> dict[str, Any]:
    """Behaviour of a table that is searched on the page by two functions of its script."""
    return {"isExternalFilterPresent": {"function": is_searching}, "doesExternalFilterPass": {"function": is_found}}


def style(*, whole: bool, height: str = HEIGHT) -> dict[str, Any]:
    """The size of a table; `height` counts where it scrolls."""
    return {"height": None if whole else height, "width": "100%"}


def grid(
    id: str,
    columns: Columns,
    behaviour: Mapping[str, Any],
    *,
    listeners: Mapping[str, list[str]] | None = None,
    filtered: bool = False,
    height: str = HEIGHT,
    **rows: Any,
) -> dag.AgGrid:
    """A table whose rows are known by their agencies' codes.

    Parameters
    ----------
    behaviour : mapping
        As `options` makes it.
    listeners : mapping, optional
        Event -> functions of the page's scripts, beside what every table does on a narrow page.
    filtered : bool
        True where columns have filters of their own.
    height : str
        Of a table that does not stand on the page in full.
    rows
        ``rowData``, or ``rowModelType`` where they are asked for.
    """
    return dag.AgGrid(
        id=id,
        columnDefs=list(columns),
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "suppressHeaderMenuButton": not filtered,
            "suppressHeaderFilterButton": not filtered,
            "wrapHeaderText": True,
        },
        getRowId="params.data.code",
        dashGridOptions=dict(behaviour),
        eventListeners={"gridReady": ["fitNarrow(params)", "stands()"], **(listeners or {})},
        style=style(whole=behaviour["domLayout"] == "autoHeight", height=height),
        **rows,
    )
