"""Who is logged in, in the bar above every page, with the ways to change the password and to log out."""

from __future__ import annotations

from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashapp.i18n import LANGUAGES, t
from dashapp.security import TOKEN_FIELD
from dashapp.services.rights import Actor
from dashapp.views.markup import Box, Written, written

LOGOUT = "/logout"
EVERYWHERE = "everywhere"
"""Field of the log-out form that ends every session of one's own."""
PASSWORD = "/password"  # noqa: S105  an address


@dataclass(frozen=True)
class Visitor:
    """Who looks at a page, and the token without which a form of the page is refused."""

    actor: Actor
    token: str


def menu(visitor: Visitor, lang: str) -> Component:
    """Name and role, and behind them what concerns one's own account."""
    who = visitor.actor
    query = "" if lang == LANGUAGES[0] else f"?lang={lang}"
    token = Box("hidden", name=TOKEN_FIELD, value=visitor.token)
    out = html.Button(t("accounts.person.logout", lang), type="submit")
    everywhere = html.Button(t("accounts.person.everywhere", lang), type="submit", name=EVERYWHERE, value="1")
    about = [html.Strong(who.display_name), html.Span(f"{who.name} · {t(f'accounts.role.{who.role}', lang)}")]
    summary = html.Summary(
        [
            html.Span(t("design.account", lang), className="visually-hidden"),
            html.Span(who.display_name, className="who"),
            html.Span(t(f"accounts.role.{who.role}", lang), className="role"),
        ]
    )
    ways = html.Div(
        [
            html.Div(about, className="about"),
            html.A(t("accounts.person.password", lang), href=PASSWORD + query),
            html.Form([token, out, everywhere], action=LOGOUT + query, method="POST"),
        ],
        className="person-menu",
    )
    return Written(written([summary, ways]), "details", className="person")
