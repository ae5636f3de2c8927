"""The file of a template before anything of it is read: a plain Word file, or refused.

Whatever else such a file can carry that runs or reaches outside (macros, linked or embedded files, fields that fetch)
is found in the zip package and its relations.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from docx.oxml.ns import qn
from lxml import etree

LARGEST, LARGEST_UNPACKED, MOST_PARTS = 10 * 1024 * 1024, 60 * 1024 * 1024, 500
LONGEST_PLACE = 160
"""Characters of the text that says where a fault is."""

_RELATIONS = frozenset(
    (
        *("officeDocument", "styles", "settings", "webSettings", "fontTable", "theme", "numbering", "font"),
        *("header", "footer", "footnotes", "endnotes", "image", "thumbnail", "stylesWithEffects", "people"),
        *("core-properties", "extended-properties", "custom-properties", "customXml", "customXmlProps"),
        *("comments", "commentsExtended", "commentsIds", "commentsExtensible"),
    )
)
"""Kinds of parts that a plain Word file has; anything else it brings is refused."""
_FIELDS = frozenset(
    {"PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "SEQ", "REF", "PAGEREF", "STYLEREF", "TOC", "DATE", "TIME"}
)
ZIP_FAULTS = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, RuntimeError, ValueError, OSError, KeyError)

FAULTS = (
    "too_large",
    "not_a_document",
    "macros",
    "outside",
    "embedded",
    "field",
    "doctype",
    "broken_file",
    "unknown_variable",
    "not_allowed",
    "no_list",
    "broken_tag",
    "split_tag",
    "not_opened",
    "not_closed",
    "lacking",
    "not_rendered",
)
PARTS = ("body", "cell", "header", "footer")


class TemplateFaultError(ValueError):
    """A template that is not taken.

    Attributes
    ----------
    code : str
        One of `FAULTS`.
    details : mapping
        ``found`` (what was found), ``place`` (the text around it) and ``part`` (one of `PARTS`), more by code.
    """

    def __init__(self, code: str, **details: Any) -> None:
        self.code = code
        self.details: Mapping[str, Any] = MappingProxyType(details)
        super().__init__(f"{code}: {details}")


def check_package(content: bytes) -> None:
    if len(content) > LARGEST:
        raise TemplateFaultError("too_large", size=len(content), limit=LARGEST)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_PARTS or sum(one.file_size for one in entries) > LARGEST_UNPACKED:
                raise TemplateFaultError(
                    "too_large", size=sum(one.file_size for one in entries), limit=LARGEST_UNPACKED
                )
            names = {one.filename.casefold() for one in entries}
            if "word/document.xml" not in names:
                raise TemplateFaultError("not_a_document")
            if any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
                raise TemplateFaultError("macros")
            for one in entries:
                _check_part(one.filename.casefold(), archive.read(one))
    except TemplateFaultError:
        raise
    except ZIP_FAULTS as error:
        raise TemplateFaultError("not_a_document") from error


def _check_part(name: str, content: bytes) -> None:
    if not name.endswith((".xml", ".rels")):
        return
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", content) or b"\x00" in content[:200]:
        raise TemplateFaultError("doctype", found=name)
    if name == "[content_types].xml" and b"macroEnabled" in content:
        raise TemplateFaultError("macros")
    if not name.endswith(".rels"):
        return
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise TemplateFaultError("broken_file", found=name) from error
    for relation in root:
        kind, target = relation.get("Type", "").rpartition("/")[2], relation.get("Target", "")
        if relation.get("TargetMode", "") == "External":
            raise TemplateFaultError("outside", found=target[:LONGEST_PLACE])
        if kind == "vbaProject":
            raise TemplateFaultError("macros")
        if kind not in _RELATIONS:
            raise TemplateFaultError("embedded", found=f"{kind}: {target}"[:LONGEST_PLACE])


def check_fields(root: Any) -> None:
    """Fields show a page number; others fetch files, start programs or ask for input."""
    codes = ["".join(run.text or "" for run in group) for group in _instructions(root)]
    codes += [one.get(qn("w:instr"), "") for one in root.iter(qn("w:fldSimple"))]
    for code in codes:
        words = code.split()
        if words and words[0].upper() not in _FIELDS:
            raise TemplateFaultError("field", found=code.strip()[:LONGEST_PLACE])


def _instructions(root: Any) -> Iterator[list[Any]]:
    """The pieces of each field's instruction, which Word splits as it likes."""
    open_fields: list[list[Any]] = []
    for one in root.iter(qn("w:fldChar"), qn("w:instrText")):
        if one.tag == qn("w:instrText"):
            if open_fields:
                open_fields[-1].append(one)
            else:
                yield [one]
        elif one.get(qn("w:fldCharType")) == "begin":
            open_fields.append([])
        elif one.get(qn("w:fldCharType")) == "end" and open_fields:
            yield open_fields.pop()
    yield from open_fields
