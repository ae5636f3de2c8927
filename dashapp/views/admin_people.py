"""Administration: who may come in, and as what."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashapp.i18n import t
from dashapp.services.accounts import LEAST_PASSWORD, LONGEST_PASSWORD, Account
from dashapp.services.rights import Role
from dashapp.views import parts
from dashapp.views.admin import Field, button, form, wide


def role(one: Role | str, lang: str) -> str:
    """What a role is called."""
    return t(f"accounts.role.{one}", lang)


def state(account: Account, lang: str) -> str:
    return t(f"admin.people.{'active' if account.active else 'disabled'}", lang)


def body(people: Sequence[Account], own: str, lang: str) -> Component:
    """Everybody who has an account, and what can be done about it."""
    heads = [t(f"admin.people.{name}", lang) for name in ("display_name", "name", "role", "state", "doing")]
    rows = [_row(one, lang, own=one.name == own) for one in people]
    add = button(t("admin.people.add", lang), "user.add", main=True, small=False)
    table = wide(parts.table(heads, rows), t("admin.people.title", lang))
    lines = [html.Li([html.Strong(role(one, lang)), f": {t(f'admin.people.may.{one}', lang)}"]) for one in Role]
    rights = html.Details(
        [html.Summary(t("admin.people.rights", lang)), html.Ul(lines, className="rights")], className="panel-body"
    )
    title = t("admin.people.title", lang)
    return parts.panel(title, html.Div([table, rights]), add, id="admin-people", flows=True)


def _row(one: Account, lang: str, *, own: bool) -> Component:
    tag = parts.badge(state(one, lang), "good" if one.active else "bad")
    you = [" ", parts.badge(t("admin.people.you", lang), "brand")] if own else []
    able = "user.disable" if one.active else "user.enable"
    deeds = [
        button(t(f"admin.{deed}.short", lang), deed, one.name, about=one.display_name)
        for deed in ("user.role", "user.password", "user.log_out", able)
    ]
    cells = [html.Span([one.display_name, *you]), one.name, role(one.role, lang), tag, html.Div(deeds, className="row")]
    return parts.table_row(cells)


# dialogs ---------------------------------------------------------------------------------------------------------
def add(lang: str) -> Component:
    """A new account."""
    hint = t("accounts.rule", lang, least=LEAST_PASSWORD)
    return form(
        "user.add",
        "",
        t("admin.user.add.title", lang),
        [
            Field("display_name", t("accounts.display_name", lang), hint=t("accounts.setup.display_hint", lang)),
            Field("name", t("accounts.name", lang), hint=t("accounts.setup.name_hint", lang)),
            _roles(Role.VIEWER, lang),
            Field("password", t("admin.user.first", lang), kind="password", hint=hint, longest=LONGEST_PASSWORD),
            Field("again", t("accounts.again", lang), kind="password", longest=LONGEST_PASSWORD),
        ],
        t("admin.user.add.do", lang),
        lang,
        lead=[t("admin.user.add.lead", lang)],
    )


def about(what: str, account: Account, lang: str) -> Component:
    """The question before something is changed about an account."""
    fields: list[Field] = []
    if what == "user.role":
        fields = [_roles(account.role, lang)]
    if what == "user.password":
        hint = t("accounts.rule", lang, least=LEAST_PASSWORD)
        fields = [
            Field("password", t("accounts.change.new", lang), kind="password", hint=hint, longest=LONGEST_PASSWORD),
            Field("again", t("accounts.again", lang), kind="password", longest=LONGEST_PASSWORD),
        ]
    return form(
        what,
        account.name,
        t(f"admin.{what}.title", lang, name=account.display_name),
        fields,
        t(f"admin.{what}.do", lang),
        lang,
        version=account.version,
        lead=[t(f"admin.{what}.lead", lang, name=account.display_name)],
        danger=what == "user.disable",
    )


def now(account: Account, lang: str) -> list[tuple[str, str]]:
    """What an account is by now."""
    return [
        (t("admin.people.role", lang), role(account.role, lang)),
        (t("admin.people.state", lang), state(account, lang)),
    ]


def _roles(chosen: Role, lang: str) -> Field:
    options = [(str(one), role(one, lang)) for one in Role]
    return Field("role", t("admin.people.role", lang), str(chosen), "select", options)
