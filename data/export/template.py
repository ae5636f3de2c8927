"""Templates of a Decision that an office uploads: text with named blanks and nothing else, or refused with the place.

A template is a Word file with jinja2 tags; what may stand in a tag is listed here.
"""

from __future__ import annotations

import difflib
import html
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from docx import Document
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree

from data.export.template_package import LONGEST_PLACE, ZIP_FAULTS, TemplateFaultError, check_fields, check_package

TEXT, TEXTS, ARTICLES = "text", "texts", "articles"
VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "quoc_hieu": TEXT,
        "tieu_ngu": TEXT,
        "co_quan": TEXT,
        "so": TEXT,
        "dia_danh_ngay": TEXT,
        "du_thao": TEXT,
        "minh_hoa": TEXT,
        "ban_dich": TEXT,
        "loai_van_ban": TEXT,
        "trich_yeu": TEXT,
        "tham_quyen": TEXT,
        "can_cu": TEXTS,
        "quyet_dinh": TEXT,
        "dieu": ARTICLES,
        "noi_nhan_dau": TEXT,
        "noi_nhan": TEXTS,
        "chuc_vu": TEXTS,
        "nguoi_ky": TEXT,
        "phu_luc": TEXT,
        "phu_luc_tieu_de": TEXT,
        "kem_theo": TEXT,
        "bang_phu_luc": TEXT,
        "ghi_chu_dau": TEXT,
        "ghi_chu": TEXTS,
        "dong_nho": TEXT,
    }
)
"""What a template may name, and what each is. `ARTICLES` have `dau`, `noi_dung` and the list `khoan`."""
MUST = ("bang_phu_luc", "dong_nho", "so", "dia_danh_ngay")
"""Without these a file is no Decision of a table, or does not say of which."""
TABLE = "bang_phu_luc"
OF_ARTICLE = frozenset({"dau", "noi_dung", "khoan"})
OF_LOOP = frozenset({"first", "last", "index", "length"})
PROPERTIES = (
    *("author", "category", "comments", "content_status", "identifier", "keywords", "language"),
    *("last_modified_by", "subject", "title", "version"),
)
DEEPEST = 3
"""Loops within loops."""
FILTERS = frozenset({"upper", "lower", "trim", "length", "join", "first", "last"})
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.For,
    nodes.If,
    nodes.Not,
    nodes.And,
    nodes.Or,
    nodes.Getattr,
    nodes.Filter,
    nodes.Compare,
    nodes.Operand,
)
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_BLOCK = re.compile(r"^\{%-?\s*(?:(?:p|tr|tc|r)\s+)?(for|endfor|if|elif|else|endif)\b")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})
"""Word turns straight quotation marks into curly ones."""


def environment() -> SandboxedEnvironment:
    """Where templates are filled: nothing but the listed variables and filters, text always escaped."""
    made = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    made.globals.clear()
    made.tests.clear()
    made.filters = {name: one for name, one in made.filters.items() if name in FILTERS}
    return made


def check_template(content: bytes) -> None:
    """Refuse a file that is no template, or that could do more than be filled in.

    Raises
    ------
    TemplateFaultError
    """
    check_package(content)
    try:
        document = Document(io.BytesIO(content))
    except (OpcError, *ZIP_FAULTS, etree.XMLSyntaxError) as error:
        raise TemplateFaultError("not_a_document") from error
    named, tags = set[str](), set[str]()
    for root in _roots(document):
        check_fields(root)
        walk = _Walk(environment())
        for place in _places(root):
            walk.paragraph(place)
        walk.end()
        named |= walk.named
        tags |= walk.tags
    _check_hidden(content, tags)
    lacking = [name for name in MUST if name not in named]
    if lacking:
        raise TemplateFaultError("lacking", names=[f"{{{{ {name} }}}}" for name in lacking])
    _try(content)


# the tags -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Place:
    """A paragraph: its text, and whether it stands in a table, at the head or at the foot."""

    text: str
    part: str


def _roots(document: Any) -> Iterator[Any]:
    """The text, then every head and foot."""
    yield document.element
    for relation in document.part.rels.values():
        if relation.reltype.endswith(("/header", "/footer", "/footnotes", "/endnotes")):
            part = relation.target_part
            yield part.element if hasattr(part, "element") else etree.fromstring(part.blob)


def _places(root: Any) -> Iterator[_Place]:
    part = {qn("w:hdr"): "header", qn("w:ftr"): "footer"}.get(root.tag, "body")
    for paragraph in root.iter(qn("w:p")):
        text = "".join(
            one.text or "" if one.tag == qn("w:t") else " "
            for one in paragraph.iter(qn("w:t"), qn("w:tab"), qn("w:br"))
        )
        in_cell = any(one.tag == qn("w:tc") for one in paragraph.iterancestors())
        yield _Place(text, "cell" if in_cell and part == "body" else part)


class _Walk:
    """The tags of one part in their order, with the loops and conditions that are open."""

    def __init__(self, env: SandboxedEnvironment) -> None:
        self.env = env
        self.named: set[str] = set()
        self.tags: set[str] = set()
        self.open: list[tuple[str, str, str, _Place, str]] = []
        """(``for`` or ``if``, the loop's name, what that is, where it was opened, the tag)."""

    def paragraph(self, place: _Place) -> None:
        rest = _TAG.sub("", place.text)
        for mark in ("{{", "}}", "{%", "%}", "{#", "#}"):
            if mark in rest:
                raise _fault("split_tag", mark, place)
        for tag in _TAG.findall(place.text):
            self.tags.add(_squeezed(tag))
            if not tag.startswith("{#"):
                self._tag(tag, place)

    def end(self) -> None:
        if self.open:
            kind, _, _, place, tag = self.open[-1]
            raise _fault("not_closed", tag, place, closing=f"{{% end{kind} %}}")

    def _tag(self, tag: str, place: _Place) -> None:
        word = _BLOCK.match(tag)
        if tag.startswith("{%") and word is None:
            raise _fault("not_allowed", tag, place)
        block = word[1] if word else ""
        if block in ("endfor", "endif", "elif", "else"):
            self._close(block, tag, place)
        if block in ("endfor", "endif", "else"):
            return
        try:
            tree = self.env.parse(_alone(tag, block))
        except TemplateSyntaxError as error:
            raise _fault("broken_tag", tag, place, reason=error.message) from error
        self._tree(tree, tag, place)
        if block == "for":
            (loop,) = tree.find_all(nodes.For)
            of = ARTICLES if VARIABLES.get(getattr(loop.iter, "name", "")) == ARTICLES else TEXT
            self.open.append(("for", str(getattr(loop.target, "name", "")), of, place, tag))
            if sum(1 for one in self.open if one[0] == "for") > DEEPEST:
                raise _fault("not_allowed", tag, place)
        elif block == "if":
            self.open.append(("if", "", "", place, tag))

    def _close(self, block: str, tag: str, place: _Place) -> None:
        wanted = "for" if block == "endfor" else "if"
        if not self.open or self.open[-1][0] != wanted:
            raise _fault("not_opened", tag, place)
        if block.startswith("end"):
            self.open.pop()

    def _tree(self, tree: nodes.Template, tag: str, place: _Place) -> None:
        loops = {name: of for kind, name, of, _, _ in self.open if kind == "for"}
        targets = {id(one.target) for one in tree.find_all(nodes.For)}
        for node in [tree, *tree.find_all(nodes.Node)]:
            if not isinstance(node, _ALLOWED) or not _plain(node, loops):
                raise _fault("not_allowed", tag, place)
            if isinstance(node, nodes.For) and not _is_list(node.iter, loops):
                raise _fault("no_list", tag, place)
            if isinstance(node, nodes.Name) and id(node) not in targets:
                self._name(node.name, loops, tag, place)

    def _name(self, name: str, loops: Mapping[str, str], tag: str, place: _Place) -> None:
        if name not in VARIABLES and name not in loops and not (name == "loop" and loops):
            near = difflib.get_close_matches(name, [*VARIABLES, *loops], n=1, cutoff=0.5)
            raise _fault("unknown_variable", tag, place, name=name, nearest=near[0] if near else None)
        self.named.add(name)


def _fault(code: str, found: str, place: _Place, **more: Any) -> TemplateFaultError:
    return TemplateFaultError(code, found=_short(found), place=_short(place.text), part=place.part, **more)


def _short(text: str) -> str:
    shown = " ".join(text.split())
    return shown if len(shown) <= LONGEST_PLACE else f"{shown[:LONGEST_PLACE]}…"


def _alone(tag: str, block: str) -> str:
    """A tag as a template of its own: a block is closed."""
    bare = _bare(tag)
    if block == "elif":
        return f"{{% if du_thao %}}{bare}{{% endif %}}"
    return f"{bare}{{% end{block} %}}" if block else bare


def _bare(tag: str) -> str:
    """A tag as jinja2 gets it: without the letter that says how much of the document it repeats (``{%p``)."""
    return re.sub(r"^(\{%-?)\s*(?:p|tr|tc|r)\s+", r"\1 ", tag.translate(_QUOTES))


def _squeezed(tag: str) -> str:
    return re.sub(r"\s+", "", _bare(html.unescape(tag)))


def _check_hidden(content: bytes, tags: set[str]) -> None:
    """Refuse a tag that stands elsewhere than in the text of one paragraph: it would be run unread."""
    template = DocxTemplate(io.BytesIO(content))
    template.init_docx()
    parts = [template.get_xml()]
    for kind in (template.HEADER_URI, template.FOOTER_URI):
        parts += [template.get_part_xml(part) for _, part in template.get_headers_footers(kind)]
    for xml in parts:
        for tag in _TAG.findall(template.patch_xml(xml)):
            if _squeezed(tag) not in tags:
                raise TemplateFaultError("split_tag", found=_short(re.sub(r"<[^>]*>", "", tag)), place="…", part="body")


def _plain(node: nodes.Node, loops: Mapping[str, str]) -> bool:
    """Whether a part of a tag does nothing but name, compare or write."""
    match node:
        case nodes.Getattr(node=nodes.Name(name="loop")):
            return node.attr in OF_LOOP
        case nodes.Getattr(node=nodes.Name(name=name)):
            return loops.get(name) == ARTICLES and node.attr in OF_ARTICLE
        case nodes.Getattr():
            return False
        case nodes.Filter():
            return node.name in FILTERS and not node.dyn_args and not node.dyn_kwargs
        case nodes.For():
            return not node.recursive and isinstance(node.target, nodes.Name) and node.test is None
        case nodes.Const():
            return isinstance(node.value, str | int | bool) and len(str(node.value)) <= LONGEST_PLACE
    return True


def _is_list(node: nodes.Node, loops: Mapping[str, str]) -> bool:
    if isinstance(node, nodes.Name):
        return VARIABLES.get(node.name) in (TEXTS, ARTICLES)
    return (
        isinstance(node, nodes.Getattr)
        and node.attr == "khoan"
        and loops.get(str(getattr(node.node, "name", ""))) == ARTICLES
    )


def _try(content: bytes) -> None:
    """Fill it in with words that say nothing: what breaks now would break with a table too."""
    sample: dict[str, Any] = {
        name: "…" if kind == TEXT else ("…",) if kind == TEXTS else ({"dau": "…", "noi_dung": "…", "khoan": ("…",)},)
        for name, kind in VARIABLES.items()
    }
    try:
        filled = fill(content, sample)
        Document(io.BytesIO(filled))
    except (TemplateError, etree.XMLSyntaxError, OpcError, *ZIP_FAULTS) as error:
        raise TemplateFaultError("not_rendered", reason=_short(str(error))) from error


def fill(content: bytes, context: Mapping[str, Any]) -> bytes:
    """A template with every variable put in.

    Parameters
    ----------
    context : mapping
        A value for each of `VARIABLES`.

    Raises
    ------
    jinja2.TemplateError
        Not for a template that `check_template` let pass.
    """
    template = DocxTemplate(io.BytesIO(content))
    template.init_docx()
    _forget(template.docx.core_properties)
    template.render(dict(context), environment(), autoescape=True)
    packed = io.BytesIO()
    template.save(packed)
    return packed.getvalue()


def _forget(properties: Any) -> None:
    """What stands in a template's properties is not the Decision's, and is not filled in as a template."""
    for name in PROPERTIES:
        setattr(properties, name, "")
