"""Templates of an office: what may be changed, and what is refused with the place where it stands."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from docx import Document

from data.export import clean
from data.export.decision import context, decision_docx
from data.export.template import VARIABLES, check_template
from data.export.template_form import shipped_template
from data.export.template_package import LARGEST, TemplateFaultError
from tests.data.papers import decision


def changed(change: Callable[[Any], None]) -> bytes:
    """The shipped template as somebody changed it in Word."""
    document = Document(io.BytesIO(shipped_template()))
    change(document)
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def saying(*texts: str) -> bytes:
    """The shipped template with paragraphs before its first table."""

    def change(document: Any) -> None:
        first = document.paragraphs[0]
        for text in texts:
            first.insert_paragraph_before(text)

    return changed(change)


def part(name: str, content: bytes, *, old: bytes | None = None) -> bytes:
    """The shipped template with a part added, or with `old` in a part replaced."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(shipped_template())) as source, zipfile.ZipFile(packed, "w") as target:
        for one in source.namelist():
            held = source.read(one)
            target.writestr(one, held.replace(old, content) if one == name and old is not None else held)
        if old is None:
            target.writestr(name, content)
    return packed.getvalue()


def relation(kind: str, target: str, mode: str = "") -> bytes:
    base = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    made = b'<Relationship Id="rX" Type="' + base + kind.encode() + b'" Target="' + target.encode() + b'"'
    made += f' TargetMode="{mode}"'.encode() if mode else b""
    return part("word/_rels/document.xml.rels", made + b"/></Relationships>", old=b"</Relationships>")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_shipped_one_is_taken_and_names_every_variable(lang: str) -> None:
    check_template(shipped_template(lang))
    text = str(Document(io.BytesIO(shipped_template(lang))).element.xml)
    assert [name for name in VARIABLES if name not in text and name != "dong_nho"] == []
    assert set(context(decision(1))) == set(VARIABLES)


def test_an_office_s_own_words_are_in_its_decisions() -> None:
    own = saying(
        "Mẫu của Văn phòng: {{ trich_yeu | upper }}", "{%p if du_thao and not ban_dich %}", "Bản nháp", "{%p endif %}"
    )
    check_template(own)
    document = Document(io.BytesIO(decision_docx(decision(2), own)))
    texts = [one.text for one in document.paragraphs]
    assert f"Mẫu của Văn phòng: {decision().subject.upper()}" in texts
    assert "Bản nháp" in texts
    assert "{%p" not in "".join(texts)


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (["Kính gửi {{ ten_tinh }}"], "unknown_variable"),
        (["{{ trich_yeu"], "split_tag"),
        (["{{ trich_yeu + }}"], "broken_tag"),
        (["{{ 7 * 7 }}"], "not_allowed"),
        (["{{ 'a' * 1000000000 }}"], "not_allowed"),
        (["{{ trich_yeu.__class__ }}"], "not_allowed"),
        (["{{ trich_yeu.__class__.__mro__[1].__subclasses__() }}"], "not_allowed"),
        (["{{ cycler.__init__.__globals__.os.popen('id').read() }}"], "not_allowed"),
        (["{{ trich_yeu['x'] }}"], "not_allowed"),
        (["{{ trich_yeu | attr('format') }}"], "not_allowed"),
        (["{{ range(1000000000) }}"], "not_allowed"),
        (["{{ can_cu | join(7*7) }}"], "not_allowed"),
        (["{% set x = 1 %}"], "not_allowed"),
        (["{% import 'os' as os %}"], "not_allowed"),
        (["{% include 'secret.txt' %}"], "not_allowed"),
        (["{% raw %}{{ x }}{% endraw %}"], "not_allowed"),
        (["{% macro f() %}{% endmacro %}"], "not_allowed"),
        (["{%p for x in range(9) %}", "{%p endfor %}"], "no_list"),
        (["{%p for x in trich_yeu %}", "{%p endfor %}"], "no_list"),
        (["{%p for x in can_cu %}"], "not_closed"),
        (["{%p endfor %}"], "not_opened"),
        (["{%p for x in can_cu %}", "{%p endif %}"], "not_opened"),
        (["{%p for x in can_cu %}", "{{ x.khoan }}", "{%p endfor %}"], "not_allowed"),
        (["{%p for a in can_cu %}"] * 4 + ["{%p endfor %}"] * 4, "not_allowed"),
        (["{", "{ 7*7 }", "}"], "split_tag"),
    ],
)
def test_a_tag_that_says_more_than_a_blank_is_refused_with_its_place(texts: list[str], code: str) -> None:
    with pytest.raises(TemplateFaultError) as refused:
        check_template(saying(*texts))
    assert refused.value.code == code
    assert refused.value.details["place"]
    assert refused.value.details["part"] == "body"


def test_an_unknown_name_is_told_with_the_nearest_one() -> None:
    with pytest.raises(TemplateFaultError) as refused:
        check_template(saying("Trích yếu: {{ trich_yueu }}"))
    details = refused.value.details
    assert (details["name"], details["nearest"]) == ("trich_yueu", "trich_yeu")
    assert details["place"] == "Trích yếu: {{ trich_yueu }}"


def test_faults_in_a_cell_and_in_a_footer_say_so() -> None:
    def in_cell(document: Any) -> None:
        document.tables[0].rows[0].cells[0].paragraphs[0].add_run("{{ gi_do }}")

    def in_footer(document: Any) -> None:
        document.sections[0].footer.paragraphs[0].add_run("{{ gi_do }}")

    for change, where in ((in_cell, "cell"), (in_footer, "footer")):
        with pytest.raises(TemplateFaultError) as refused:
            check_template(changed(change))
        assert (refused.value.code, refused.value.details["part"]) == ("unknown_variable", where)


def test_a_tag_split_by_word_is_one_tag() -> None:
    def split(document: Any) -> None:
        made = document.paragraphs[0].insert_paragraph_before("Số ")
        for piece in ("{", "{ so", " }", "}"):
            made.add_run(piece).bold = piece == " }"

    own = changed(split)
    check_template(own)
    texts = [one.text for one in Document(io.BytesIO(decision_docx(decision(1), own))).paragraphs]
    assert f"Số {decision().number_line}" in texts


def test_tags_hidden_from_the_reader_are_found() -> None:
    hidden = part("word/document.xml", b'<w:body><w:p w:rsidR="{{ 7*7 }}"/>', old=b"<w:body>")
    with pytest.raises(TemplateFaultError, match="split_tag"):
        check_template(hidden)


def test_what_stands_in_the_properties_is_not_filled_in() -> None:
    def title(document: Any) -> None:
        document.core_properties.title = "{{ 7*7 }}"
        document.core_properties.keywords = "{{ range(9) }}"

    own = changed(title)
    check_template(own)
    assert Document(io.BytesIO(decision_docx(decision(1), own))).core_properties.title == decision().subject


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (lambda: b"PK\x03\x04 no zip", "not_a_document"),
        (lambda: b"", "not_a_document"),
        (lambda: b"x" * (LARGEST + 1), "too_large"),
        (lambda: part("word/vbaProject.bin", b"x"), "macros"),
        (lambda: part("[Content_Types].xml", b"macroEnabled.main+xml", old=b"document.main+xml"), "macros"),
        (lambda: relation("attachedTemplate", "file:///c:/x.dotm", "External"), "outside"),
        (lambda: relation("image", "https://x.example/a.png", "External"), "outside"),
        (lambda: relation("oleObject", "embeddings/a.bin"), "embedded"),
        (lambda: relation("aFChunk", "a.html"), "embedded"),
        (
            lambda: part("word/document.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><w:document ", old=b"<w:document "),
            "doctype",
        ),
        (
            lambda: part(
                "word/document.xml",
                b'<w:body><w:p><w:fldSimple w:instr=" INCLUDETEXT &quot;c:/x&quot; "/></w:p>',
                old=b"<w:body>",
            ),
            "field",
        ),
        (
            lambda: part(
                "word/document.xml",
                b'<w:body><w:p><w:r><w:fldChar w:fldCharType="begin"/><w:instrText>DDE</w:instrText>'
                b'<w:instrText>AUTO c:/cmd</w:instrText><w:fldChar w:fldCharType="end"/></w:r></w:p>',
                old=b"<w:body>",
            ),
            "field",
        ),
    ],
)
def test_a_file_that_could_do_more_than_be_read_is_refused(content: Callable[[], bytes], code: str) -> None:
    with pytest.raises(TemplateFaultError) as refused:
        check_template(content())
    assert refused.value.code == code


def test_a_template_without_its_table_is_no_template() -> None:
    def drop(document: Any) -> None:
        for one in document.paragraphs:
            if "bang_phu_luc" in one.text:
                one._p.getparent().remove(one._p)

    with pytest.raises(TemplateFaultError) as refused:
        check_template(changed(drop))
    assert (refused.value.code, refused.value.details["names"]) == ("lacking", ["{{ bang_phu_luc }}"])


@pytest.mark.parametrize(
    ("given", "left"),
    [("a\tb\r\n c", "a b c"), ("  x\x00\x07y ", "x y"), ("\ue000z\ue000", "z"), ("1\u00a0%", "1\u00a0%")],
)
def test_texts_are_what_a_file_can_hold(given: str, left: str) -> None:
    assert clean(given) == left
