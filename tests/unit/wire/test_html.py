"""HTML that is safe to show."""

import json
import sys
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.wire.html import json_ld_script, sanitise, to_text

ATTACKS = [
    "<script>steal()</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    '<p onclick="steal()">x</p>',
    '<a href="javascript:steal()">x</a>',
    '<a href=" java\nscript:steal()">x</a>',
    '<img src=x onerror="steal()">',
    '<img src="data:text/html;base64,AAAA">',
    '<iframe src="https://evil.example"></iframe>',
    "<svg onload=steal()><script>steal()</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=steal()>",
    '<div style="background:url(javascript:steal())">x</div>',
    "<object data=x></object><embed src=x><form action=x><input></form>",
    "<![CDATA[<script>steal()</script>]]>",
    "<![foo[<script>steal()</script>",
    '<div id="offer-template-1"><script>steal()</script>',
    "<scr<script>ipt>steal()</scr</script>ipt>",
    "<a href='http://[bad'>x</a>",
    "<img src='//[bad'>",
]
BAD_TAGS = {"script", "style", "iframe", "object", "embed", "form", "input", "svg", "math", "link"}


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))


def harmless(html: str) -> bool:
    seen = Seen()
    seen.feed(html)
    seen.close()
    return all(
        tag not in BAD_TAGS
        and not any(
            name.startswith("on")
            or name == "style"
            or (name in ("src", "href") and not (value or "").startswith(("http://", "https://")))
            for name, value in attrs
        )
        for tag, attrs in seen.tags
    )


@pytest.fixture(params=["with nh3", "without nh3"])
def _both(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without nh3":
        monkeypatch.setitem(sys.modules, "nh3", None)
    else:
        pytest.importorskip("nh3")


@pytest.mark.usefixtures("_both")
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_gets_through(attack: str) -> None:
    assert harmless(sanitise(f"<p>before</p>{attack}<p>after</p>"))


def test_no_mixture_of_attacks_gets_through() -> None:
    parts = st.sampled_from([*ATTACKS, "<", ">", '"', "'", "</p>", "<p", "&lt;", "<!--", "-->"])

    @settings(max_examples=150, deadline=None)
    @given(st.lists(parts | st.text(max_size=5), max_size=6).map("".join))
    def mixed(html: str) -> None:
        assert harmless(sanitise(html))
        to_text(html)

    mixed()


def test_without_nh3_only_paragraphs_of_text_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nh3", None)
    html = '<div><b>1 &lt; 2</b><br>two <img src="https://i.example/a.jpg"></div>'
    assert sanitise(html) == "<p>1 &lt; 2</p><p>two</p>"


def test_harmless_html_stays_and_sanitising_twice_changes_nothing() -> None:
    pytest.importorskip("nh3")
    html = "<h2>Tea</h2><ul><li><b>green</b></li></ul><table><tbody><tr><td>1</td></tr></tbody></table>"
    assert sanitise(html) == html
    mixed = "".join(ATTACKS)
    assert sanitise(sanitise(mixed)) == sanitise(mixed)


def test_an_address_without_a_scheme_gets_https_and_a_relative_one_goes() -> None:
    pytest.importorskip("nh3")
    assert sanitise('<img src="//i.example/a.jpg">') == '<img src="https://i.example/a.jpg">'
    assert sanitise('<img src="/a.jpg" alt="a"><p>x</p>') == "<p>x</p>"
    assert 'href="http://a.example/"' in sanitise('<a href="http://a.example/">x</a>')
    assert "href" not in sanitise('<a href="page.html">x</a>')


def test_pictures_come_from_the_allowed_hosts_only() -> None:
    pytest.importorskip("nh3")
    hosts = frozenset({"alicdn.com"})
    kept = '<img src="https://cbu01.alicdn.com/a.jpg">'
    assert sanitise(kept, image_hosts=hosts) == kept
    for address in ("https://evilalicdn.com/a.jpg", "https://alicdn.com.evil.example/a.jpg"):
        assert sanitise(f'<img src="{address}">', image_hosts=hosts) == ""


def test_offer_templates_go_with_what_is_in_them() -> None:
    pytest.importorskip("nh3")
    html = (
        '<p>a &amp; &#20; b</p><div id="offer-template-0"><div>other <b>offers</b></div>&nbsp;</div>'
        '<div class="offer-template">x</div><div>kept<br/></div>'
    )
    cleaned = sanitise(html)
    assert "offers" not in cleaned
    assert "<div>kept<br></div>" in cleaned
    assert "a &amp;" in cleaned


def test_an_unclosed_offer_template_does_not_swallow_the_description() -> None:
    pytest.importorskip("nh3")
    assert "<p>kept</p>" in sanitise('<div id="offer-template-0"><p>kept</p>')


def test_text_has_a_line_for_each_block_and_nothing_of_scripts() -> None:
    html = "<h1>A</h1><p>b\n  c<br/>d</p><table><tr><td>1</td><td>2</td></tr></table>"
    assert to_text(html + "<style>p{}</style><svg><script>x</script>y</svg></style>") == (
        "A\nb c\nd\n1 2"
    )
    assert to_text("<svg><select>x</svg>after") == "after"
    assert to_text("") == ""


@settings(max_examples=50, deadline=None)
@given(st.text() | st.sampled_from(["</script><script>steal()", "<!--", "<ScRiPt>"]))
def test_no_text_ends_a_json_ld_script(text: str) -> None:
    script = json_ld_script({"@type": "Product", "name": text})
    body = script.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert "<" not in body
    assert json.loads(body)["name"] == text
