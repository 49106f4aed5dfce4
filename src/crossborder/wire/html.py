r"""HTML that is safe to show, and text from it.

>>> to_text("<p>Red &amp; blue</p><script>steal()</script><p>two</p>")
'Red & blue\ntwo'
"""

import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from crossborder.wire.text import write_json

__all__ = ["json_ld_script", "sanitise", "to_text"]

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_LISTS = {"dd", "dl", "dt", "li", "ol", "ul"}
_FLOW = {"blockquote", "br", "div", "hr", "p", "pre"}
_CELLS = {"td", "th"}
_BLOCKS = {"article", "caption", "footer", "header", "section", "table", "tr"}
_BLOCKS |= _HEADINGS | _LISTS | _FLOW
_TAGS = {"a", "b", "em", "i", "img", "small", "span", "strong", "sub", "sup", "u"}
_TAGS |= {"caption", "table", "tbody", "tfoot", "thead", "tr"}
_TAGS |= _HEADINGS | _LISTS | _FLOW | _CELLS
_SILENT = {"iframe", "math", "noembed", "noframes", "noscript", "object", "script", "select"}
_SILENT |= {"style", "svg", "template", "textarea", "title", "xmp"}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_MARKED = re.compile(r"<!\[[^>]*>?")
_EMPTY_IMAGE = re.compile(r'<img(?: (?!src=)[a-z]+="[^"]*")*>')
_TEMPLATE = "offer-template"


def sanitise(html: str, *, image_hosts: frozenset[str] | None = None) -> str:
    """The HTML with only harmless tags and attributes, and addresses with `https:` or `http:`.

    Scripts, styles, frames, event handlers, relative addresses and the empty `offer-template`
    divs of 1688 go; an address beginning with `//` gets `https:`. Without the extra `html` (nh3)
    nothing but the text is left, in paragraphs.

    Args:
        html: as a supplier wrote it.
        image_hosts: hosts (with their subdomains) pictures may come from; None means any.

    >>> sanitise('<p onclick="x()">Tea</p><script>steal()</script>')
    '<p>Tea</p>'
    """
    whole = _MARKED.sub("", html)
    if _TEMPLATE in whole:
        whole = _Untemplated.read(whole)
    try:
        import nh3
    except ImportError:
        lines = to_text(whole).splitlines()
        return "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    cleaned: str = nh3.clean(
        whole,
        tags=_TAGS,
        clean_content_tags=_SILENT,
        attributes=_ATTRIBUTES,
        attribute_filter=_filter(image_hosts),
        url_schemes={"http", "https"},
        link_rel="nofollow noopener noreferrer",
    )
    return _EMPTY_IMAGE.sub("", cleaned)


def _filter(hosts: frozenset[str] | None) -> Callable[[str, str, str], str | None]:
    def keep(tag: str, name: str, value: str) -> str | None:
        if name not in ("href", "src"):
            return value
        return _address(value.strip(), hosts if tag == "img" else None)

    return keep


def _address(value: str, hosts: frozenset[str] | None) -> str | None:
    whole = f"https:{value}" if value.startswith("//") else value
    try:
        parts = urlsplit(whole)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    if hosts is not None and not any(host == one or host.endswith(f".{one}") for one in hosts):
        return None
    return whole


class _Untemplated(HTMLParser):
    """The same HTML without `offer-template` divs; an unclosed one loses only its tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self.start, self.depth = 0, 0

    @classmethod
    def read(cls, html: str) -> str:
        parser = cls()
        parser.feed(html)
        parser.close()
        return "".join(parser.parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth:
            self.depth += tag == "div"
        elif tag == "div" and any(
            name in ("id", "class") and (value or "").startswith(_TEMPLATE) for name, value in attrs
        ):
            self.start, self.depth = len(self.parts), 1
            return
        self.parts.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Browsers read `<div/>` as `<div>`; other tags of this form are empty ones.
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.parts.append(f"</{tag}>")
        if self.depth and tag == "div":
            self.depth -= 1
            if not self.depth:
                del self.parts[self.start :]

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_entityref(self, name: str) -> None:
        self.parts.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.parts.append(f"&#{name};")


class _Text(HTMLParser):
    """The readable text, a line for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent.append(tag)
        self._between(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._between(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silent:
            while self.silent.pop() != tag:
                continue
        self._between(tag)

    def _between(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")
        elif tag in _CELLS:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def to_text(html: str) -> str:
    """The readable text: a line for each block, no empty lines, spaces run together."""
    parser = _Text()
    parser.feed(_MARKED.sub("", html))
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).split("\n"))
    return "\n".join(line for line in lines if line)


def json_ld_script(value: Any) -> str:
    r"""The value as a JSON-LD script element; no text in it can end the element.

    >>> json_ld_script({"name": "</script>"})
    '<script type="application/ld+json">{"name":"\\u003c/script>"}</script>'
    """
    body = write_json(value).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{body}</script>'
