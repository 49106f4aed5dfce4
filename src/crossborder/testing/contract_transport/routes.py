"""Which operation of an OpenAPI document a method and a path mean."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from attrs import field, frozen

__all__ = ["Route", "Routes"]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_NAME = re.compile(r"\{([^{}]+)\}")


@frozen
class Route:
    """One operation of the document, with where it stands.

    Attributes:
        id: its operationId, or method and path.
        method: in capitals.
        path: the template.
        node: the operation object.
        shared: the parameters of the whole path.
    """

    id: str
    method: str
    path: str
    node: Mapping[str, Any] = field(eq=False, repr=False)
    shared: tuple[Any, ...] = field(default=(), eq=False, repr=False)


@frozen
class _Template:
    parts: tuple[re.Pattern[str] | str, ...]
    names: tuple[str, ...]
    routes: dict[str, Route]

    def match(self, segments: list[str]) -> dict[str, str] | None:
        found: list[str] = []
        for part, segment in zip(self.parts, segments, strict=True):
            if isinstance(part, str):
                if part != segment:
                    return None
                continue
            match = part.fullmatch(segment)
            if match is None:
                return None
            found.extend(match.groups())
        return {name: unquote(text) for name, text in zip(self.names, found, strict=True)}


class Routes:
    """The paths of a document, found by the number of their segments; the most literal wins."""

    def __init__(self, paths: Mapping[str, Any]) -> None:
        self._by_length: dict[int, list[_Template]] = {}
        for path, node in paths.items():
            template = _template(path, node)
            self._by_length.setdefault(len(template.parts), []).append(template)
        for templates in self._by_length.values():
            templates.sort(key=lambda one: [_rank(part) for part in one.parts])

    def find(self, method: str, path: str) -> tuple[Route | None, dict[str, str], tuple[str, ...]]:
        """The route, the values in the path, and the methods of a path that lacks this one."""
        segments = path.split("/")
        others: list[str] = []
        for template in self._by_length.get(len(segments), ()):
            values = template.match(segments)
            if values is None:
                continue
            route = template.routes.get(method.upper())
            if route is not None:
                return route, values, ()
            others.extend(template.routes)
        return None, {}, tuple(others)


def _rank(part: re.Pattern[str] | str) -> tuple[bool, int]:
    return (False, 0) if isinstance(part, str) else (True, -len(part.pattern))


def _template(path: str, node: Mapping[str, Any]) -> _Template:
    parts = tuple(_part(part) for part in path.split("/"))
    shared = tuple(node.get("parameters", ()))
    routes = {
        method.upper(): Route(
            node[method].get("operationId") or f"{method.upper()} {path}",
            method.upper(),
            path,
            node[method],
            shared,
        )
        for method in _present(node)
    }
    return _Template(parts, tuple(_NAME.findall(path)), routes)


def _present(node: Mapping[str, Any]) -> Iterable[str]:
    return (method for method in _METHODS if method in node)


def _part(text: str) -> re.Pattern[str] | str:
    if not _NAME.search(text):
        return text
    pieces = re.split(r"\{[^{}]+\}", text)
    return re.compile("([^/]+)".join(re.escape(piece) for piece in pieces))
