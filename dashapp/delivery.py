"""What the first answer tells a browser to load, in which order, and what it asks for meanwhile.

Our own style sheets and scripts travel as one file each: sixty small ones cost a browser that has them all a tenth of
the time until a page stands, for nothing but finding them.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote
from zlib import crc32

from flask import Flask, Response

from dashapp import access
from dashapp.i18n import t
from dashapp.pages import ahead, monitor
from dashapp.sending import A_YEAR
from dashapp.urlstate import COMPARE, FIGURES, FINALIZE, WORKBENCH, split

ICON = "favicon.svg"
THEME = "js/32-theme.js"
"""Runs before anything is painted."""
EARLY = "js/05-early.js"
"""Asks for the page before Dash does."""
PLOTLY = "js/00-plotly-basic.min.js"
"""Asked for by the first chart."""
ALONE = (THEME, EARLY, PLOTLY)
"""Scripts that travel by themselves."""
STYLE, SCRIPT = "css/all.css", "js/all.js"
"""Bundles, by the names that they have beside the files they are made of."""
ENDPOINTS: Mapping[str, str] = MappingProxyType({STYLE: access.STYLE, SCRIPT: access.SCRIPT})
KINDS: Mapping[str, str] = MappingProxyType({".css": "text/css", ".js": "text/javascript"})

LAYOUT = "/_dash-layout"
DEPENDENCIES = "/_dash-dependencies"
_UNRESERVED = "!'()*"
"""What a script's `encodeURIComponent` leaves as it is, beside letters, digits and ``-._~``."""

GRID_PAGES = (WORKBENCH, COMPARE, FIGURES, FINALIZE, monitor.PATH, ahead.PATH)
"""Beginnings of the addresses of pages with a table that can be sorted and searched."""
CHUNKS = (("dash_ag_grid", "async-community.js"), ("dash", "dcc/async-graph.js"))
"""Package and file of what Dash would ask for only when a table or a chart is to be drawn, without a fingerprint."""
_GRID_CHUNK = re.compile(r"\s*<script src=\"[^\"]*/dash_ag_grid/async-community[^\"]*\"></script>")
_UNUSED = re.compile(r"\s*<script src=\"[^\"]*/(?:polyfill@7|dash_table/bundle)[^\"]*\"></script>")
"""Scripts that Dash always sends: for browsers that cannot show the grid anyway, and a table that no page has."""
_PICTURE = re.compile(r'url\("\.\./(icons/[\w-]+\.svg)"\)')

INDEX = """<!DOCTYPE html>
<html lang="{lang}">
    <head>
        {metas}
        <link rel="preload" as="fetch" crossorigin="anonymous" href="{layout}">
        <link rel="preload" as="fetch" crossorigin="anonymous" href="{dependencies}">
        <title>{title}</title>
        <link rel="icon" type="image/svg+xml" href="{icon}">
        <script src="{theme}"></script>
        <script src="{early}" data-plotly="{plotly}"{table}></script>
        {css}
    </head>
    <body>
        <div id="react-entry-point"><div class="_dash-loading">{opening}</div></div>
        <noscript>{noscript}</noscript>
        <footer>{config}{scripts}{renderer}</footer>
    </body>
</html>
"""


@dataclass(frozen=True)
class Files:
    """Where a browser finds our files: `addresses` by name below ``assets/``, `bundles` as they are sent."""

    addresses: Mapping[str, str]
    bundles: Mapping[str, bytes]


def collect(folder: Path, address: Callable[[str], str]) -> Files:
    """Read our files and put together what travels together.

    Parameters
    ----------
    folder : Path
        ``assets/``.
    address : callable
        Name below `folder` -> where it is served.
    """
    alone = {name: (folder / name).read_bytes() for name in (ICON, *ALONE)}
    bundles = {
        STYLE: _joined(sorted(folder.glob("css/*.css")), lambda text: _carried(text, folder)),
        SCRIPT: _joined(path for path in sorted(folder.glob("js/*.js")) if f"js/{path.name}" not in ALONE),
    }
    addresses = {name: f"{address(name)}?m={_mark(content)}" for name, content in (alone | bundles).items()}
    return Files(MappingProxyType(addresses), MappingProxyType(bundles))


def serve(server: Flask, files: Files, prefix: str) -> None:
    """Serve the bundles among the assets, which begin with `prefix`."""
    for name, endpoint in ENDPOINTS.items():
        server.add_url_rule(f"{prefix}/{name}", endpoint, _answer(files.bundles[name], Path(name).suffix))


def _answer(content: bytes, kind: str) -> Callable[[], Response]:
    def bundle() -> Response:
        response = Response(content, mimetype=KINDS[kind])
        response.cache_control.max_age = A_YEAR
        response.cache_control.public = True
        response.set_etag(_mark(content))
        return response

    return bundle


def index(
    files: Files, address: str, lang: str, *, metas: str, css: str, config: str, scripts: str, renderer: str
) -> str:
    """The first answer: HTML that loads everything and asks for the page of an address (path and query) meanwhile."""
    path, scripts = split(address)[0], _UNUSED.sub("", scripts)
    if not path.startswith(GRID_PAGES):
        scripts = _GRID_CHUNK.sub("", scripts)
    return INDEX.format(
        lang=lang,
        metas=metas,
        layout=f"{LAYOUT}?address={quote(address, safe=_UNRESERVED)}",
        dependencies=DEPENDENCIES,
        title=t("web.brand", lang),
        icon=files.addresses[ICON],
        theme=files.addresses[THEME],
        early=files.addresses[EARLY],
        plotly=files.addresses[PLOTLY],
        table=' data-table="first"' if path.startswith(WORKBENCH) else "",
        css=css,
        opening=t("web.opening", lang),
        noscript=t("web.noscript", lang),
        config=config,
        scripts=scripts,
        renderer=renderer,
    )


def _mark(content: bytes) -> str:
    """What tells one version of a file from another."""
    return f"{crc32(content):08x}"


def _joined(files: Iterable[Path], changed: Callable[[str], str] = str) -> bytes:
    return "\n".join(changed(path.read_text(encoding="utf-8")) for path in files).encode()


def _carried(style: str, folder: Path) -> str:
    """A style sheet with its icons in itself: each is smaller than what asking for it costs."""

    def inside(found: re.Match[str]) -> str:
        return f'url("data:image/svg+xml;base64,{b64encode((folder / found[1]).read_bytes()).decode()}")'

    return _PICTURE.sub(inside, style)
