"""XML as plain values: what is read, in every charset, and what is refused."""

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import Unreadable
from crossborder.wire.text import NESTING
from crossborder.wire.xml import read_xml

_NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,8}", fullmatch=True)
# XML has no control characters, and reads a carriage return as the end of a line.
_CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
_TEXTS = st.text(_CHARACTERS, max_size=12).map(str.strip)


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    one_or_more = inner | st.lists(inner, min_size=2, max_size=3)
    return st.dictionaries(_NAMES, one_or_more, min_size=1, max_size=3)


_VALUES = st.recursive(_TEXTS, _objects, max_leaves=8)
CHARSETS = ["utf-8", "utf-16", "iso-8859-1", "windows-1252", "gb18030", "us-ascii", "koi8-r"]


def element(name: str, value: Any) -> ElementTree.Element:
    made = ElementTree.Element(name)
    if isinstance(value, str):
        made.text = value
        return made
    for inside, what in value.items():
        made.extend(element(inside, item) for item in (what if type(what) is list else [what]))
    return made


def read(body: str | bytes, **more: Any) -> dict[str, Any]:
    content = body.encode() if isinstance(body, str) else body
    return read_xml(content, source="t", **more)


@settings(max_examples=100, deadline=None)
@given(_NAMES, _VALUES, st.sampled_from(CHARSETS))
def test_a_value_comes_back_from_its_document(name: str, value: Any, charset: str) -> None:
    body = ElementTree.tostring(element(name, value), encoding=charset)
    assert read(body) == {name: value}


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=40).map(lambda text: f"<a>{text}</a>".encode()))
def test_any_bytes_are_a_value_or_unreadable(body: bytes) -> None:
    try:
        value = read(body)
    except Unreadable:
        return
    assert len(value) == 1


@settings(max_examples=50, deadline=None)
@given(_VALUES, st.floats(0, 1, exclude_max=True))
def test_every_cut_is_unreadable(value: Any, share: float) -> None:
    body = ElementTree.tostring(element("a", value), encoding="utf-8")
    with pytest.raises(Unreadable):
        read(body[: int(share * len(body))])


_BOMB = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE a [<!ENTITY l0 "ha">{_BOMB}]>',
        '<!DOCTYPE a [<!ENTITY l9 SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://example.invalid/p.dtd"> %p;]>',
        '<!DOCTYPE a SYSTEM "http://example.invalid/a.dtd">',
        '<!DOCTYPE a PUBLIC "-//X//Y" "a.dtd" [<!ATTLIST a b CDATA "made up">]>',
        "<!DOCTYPE html>",
    ],
)
@pytest.mark.parametrize("head", ["", '<?xml version="1.0"?>', "\ufeff", "<!-- first -->"])
def test_a_document_type_is_refused_before_anything_is_expanded(doctype: str, head: str) -> None:
    for inside in ("&l9;", "plain"):
        with pytest.raises(Unreadable, match="document type"):
            read(f"{head}{doctype}<a>{inside}</a>")


def test_only_the_entities_of_xml_itself_are_read() -> None:
    assert read("<a>&lt;&amp;&gt;&quot;&apos;&#233;&#x5E93;</a>") == {"a": "<&>\"'é库"}
    for name in ("&eacute;", "&l9;", "&#0;"):
        with pytest.raises(Unreadable):
            read(f"<a>{name}</a>")


def test_elements_inside_each_other_are_read_to_a_depth_and_no_further() -> None:
    deep = read("<a>" * NESTING + "x" + "</a>" * NESTING)
    for _ in range(NESTING):
        deep = deep["a"]
    assert str(deep) == "x"
    for more in (1, 100_000):
        with pytest.raises(Unreadable, match="deeper"):
            read("<a>" * (NESTING + more) + "</a>" * (NESTING + more))


def test_a_byte_order_mark_counts_more_than_what_is_stated_or_declared() -> None:
    body = '<?xml version="1.0" encoding="iso-8859-1"?><a>库 é</a>'
    for charset in ("utf-8-sig", "utf-16"):
        assert read(body.encode(charset), charset="gb18030") == {"a": "库 é"}


def test_a_stated_charset_counts_more_than_the_declaration() -> None:
    body = '<?xml version="1.0" encoding="UTF-8"?><a>é</a>'.encode("iso-8859-1")
    assert read(body, charset="iso-8859-1") == {"a": "é"}
    with pytest.raises(Unreadable, match="at byte"):
        read(body)


def test_what_is_declared_as_gb2312_is_read_as_the_wider_gb18030() -> None:
    body = '<?xml version="1.0" encoding="GB2312"?><a>镕</a>'.encode("gb18030")
    assert read(body) == {"a": "镕"}


def test_a_wrong_charset_is_unreadable_or_wrong_text_and_never_a_crash() -> None:
    body = "<a>已签收 é</a>".encode("gb18030")
    for charset in ("utf-8", "utf-16", "ascii", "no-such-charset", "rot13", "hex"):
        with pytest.raises(Unreadable):
            read(body, charset=charset)
    assert read(body, charset="iso-8859-1")["a"] != "已签收 é"


def test_prefixes_are_dropped_and_declarations_of_namespaces_are_no_fields() -> None:
    body = '<s:a xmlns:s="urn:s" xmlns="urn:d"><b xmlns="urn:b">1</b><s:b>2</s:b></s:a>'
    assert read(body) == {"a": {"b": ["1", "2"]}}


def test_attributes_stand_beside_a_text_and_inside_an_object() -> None:
    body = '<a id="1"><b unit="kg">2</b><c d="3"/><e x:nil="true" xmlns:x="urn:x"/></a>'
    assert read(body) == {"a": {"@id": "1", "b": "2", "b@unit": "kg", "c": {"@d": "3"}, "e": None}}


def test_a_text_among_elements_is_kept() -> None:
    assert read("<a> one <b>2</b> three </a>") == {"a": {"b": "2", "#text": "one  three"}}


def test_sections_comments_and_instructions_change_no_text() -> None:
    body = "\n <?xml version='1.0'?><!-- c --><a><?p i?><![CDATA[ <b> & ]]>c<!-- d --></a>\n"
    assert read(body) == {"a": "<b> & c"}


def test_what_is_empty_is_an_empty_text() -> None:
    assert read("<a><b/><c></c><d>\n\t</d></a>") == {"a": {"b": "", "c": "", "d": ""}}


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ",
        "x",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a b=1/>",
        "<a b='1' b='2'/>",
        "<a>\x00</a>",
        "{}",
    ],
)
def test_what_is_not_well_formed_is_unreadable(body: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(body)
    assert (refusal.value.field, refusal.value.source) == ("body", "t")


def test_more_than_the_limit_is_refused_unread() -> None:
    assert read("<a>xyz</a>", limit=10) == {"a": "xyz"}
    with pytest.raises(Unreadable, match="larger than 9"):
        read("<a>xyz</a>", limit=9)
