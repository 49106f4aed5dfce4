"""The JSON Schemas inside an OpenAPI document: what is wrong with a value, and values from text.

OpenAPI 3.0 and Swagger 2.0 schemas are JSON Schema draft 4 with a few words of their own
(`nullable`, `readOnly`, the type `file`); OpenAPI 3.1 uses draft 2020-12.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from crossborder.testing.contract_transport.operation import missing

__all__ = ["Schemas"]

Keyword = Callable[[Any, Any, Any, Any], Any]

_INTEGER = re.compile(r"-?\d+", re.ASCII)
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
_BOOLEANS = {"true": True, "false": False}
# RFC 3339, section 5.6: what `format: date-time` means; a zone is not optional.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[-+]\d\d:\d\d)", re.ASCII)


class Schemas:
    """The schemas of one document; validators are made once and kept.

    Args:
        document: the whole document, in which `$ref` points.
        modern: True for draft 2020-12 (OpenAPI 3.1), False for draft 4.
    """

    def __init__(self, document: Mapping[str, Any], *, modern: bool) -> None:
        self._document, self._modern = document, modern
        self._targets: dict[str, Any] = {}
        self._validators: dict[tuple[int, bool], Any] = {}
        self._dialects: dict[bool, Any] = {}

    def follow(self, node: Any) -> Any:
        """The node itself, or what its `$ref` points to.

        >>> Schemas({"a": {"b": 1}}, modern=True).follow({"$ref": "#/a/b"})
        1
        """
        while isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
            node = self._target(node["$ref"])
        return node

    def _target(self, pointer: str) -> Any:
        if pointer not in self._targets:
            at: Any = self._document
            for part in unquote(pointer.removeprefix("#/")).split("/"):
                name = part.replace("~1", "/").replace("~0", "~")
                at = at[int(name)] if isinstance(at, list) else at[name]
            self._targets[pointer] = at
        return self._targets[pointer]

    def problem(self, value: Any, schema: Any, *, asking: bool) -> str | None:
        """What is wrong with a value, or None.

        `asking` is True for what is sent: formats are checked, and what only the vendor writes
        (`readOnly`) need not be there. For answers the same holds of `writeOnly`.

        >>> schemas = Schemas({}, modern=False)
        >>> schemas.problem({"n": "1"}, {"properties": {"n": {"type": "integer"}}}, asking=True)
        "n: '1' is not of type 'integer'"
        """
        validator = self._validator(schema, asking)
        from jsonschema.exceptions import best_match

        error = best_match(validator.iter_errors(value))
        if error is None:
            return None
        where = ".".join(str(part) for part in error.absolute_path)
        return f"{where}: {error.message}" if where else str(error.message)

    def _validator(self, schema: Any, asking: bool) -> Any:
        key = (id(schema), asking)
        if key not in self._validators:
            if asking not in self._dialects:
                self._dialects[asking] = self._dialect(asking)
            dialect, formats = self._dialects[asking]
            self._validators[key] = dialect(schema, format_checker=formats)
        return self._validators[key]

    def _dialect(self, asking: bool) -> tuple[Any, Any]:
        try:
            from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker, validators
        except ImportError:
            raise missing() from None
        base: Any = Draft202012Validator if self._modern else Draft4Validator
        words: dict[str, Keyword] = {
            word: _or_null(base.VALIDATORS[word]) for word in ("enum", "anyOf", "oneOf", "allOf")
        }
        words["type"] = _or_null(_no_files(base.VALIDATORS["type"]))
        words["$ref"] = _or_null(self._reference)
        words["required"] = self._required("readOnly" if asking else "writeOnly")
        words["pattern"] = _readable(base.VALIDATORS["pattern"])
        formats = FormatChecker(formats=())
        for name, test in _FORMATS.items():
            formats.checks(name)(test)
        make: Any = validators.extend
        return make(base, words), formats if asking else None

    def _reference(self, validator: Any, pointer: Any, value: Any, schema: Any) -> Iterator[Any]:
        yield from validator.descend(value, self._target(pointer))

    def _required(self, mark: str) -> Keyword:
        from jsonschema.exceptions import ValidationError

        def check(validator: Any, names: Any, value: Any, schema: Any) -> Iterator[Any]:
            if not isinstance(value, Mapping):
                return
            for name in names:
                declared = self.follow(schema.get("properties", {}).get(name, {}))
                if name not in value and not (isinstance(declared, Mapping) and declared.get(mark)):
                    yield ValidationError(f"{name!r} is missing")

        return check

    def typed(self, value: Any, schema: Any) -> Any:
        """Texts turned into what the schema asks for; what does not fit stays as it is.

        >>> Schemas({}, modern=False).typed({"0": "7"}, {"type": "array",
        ...     "items": {"type": "integer"}})
        [7]
        """
        schema = self.follow(schema)
        if not isinstance(schema, Mapping):
            return value
        for word in ("anyOf", "oneOf"):
            for branch in schema.get(word, ()):
                read = self.typed(value, branch)
                if self.problem(read, branch, asking=True) is None:
                    return read
        for part in schema.get("allOf", ()):
            value = self.typed(value, part)
        if isinstance(value, str):
            return _from_text(value, schema.get("type"))
        if isinstance(value, Mapping):
            return self._tree(value, schema)
        if isinstance(value, list):
            return [self.typed(item, schema.get("items", {})) for item in value]
        return value

    def _tree(self, value: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
        places = [str(place) for place in range(len(value))]
        if "array" in _kinds(schema.get("type")) and set(places) == set(value):
            return [self.typed(value[place], schema.get("items", {})) for place in places]
        declared = schema.get("properties", {})
        other = schema.get("additionalProperties", {})
        return {name: self.typed(item, declared.get(name, other)) for name, item in value.items()}


def _kinds(stated: Any) -> tuple[str, ...]:
    return tuple(stated) if isinstance(stated, list | tuple) else (stated,) if stated else ()


def _from_text(text: str, stated: Any) -> Any:
    for kind in _kinds(stated):
        if kind == "integer" and _INTEGER.fullmatch(text):
            return int(text)
        if kind == "number" and _NUMBER.fullmatch(text):
            return Decimal(text)
        if kind == "boolean" and text in _BOOLEANS:
            return _BOOLEANS[text]
    return text


def _or_null(keyword: Keyword) -> Keyword:
    def check(validator: Any, stated: Any, value: Any, schema: Any) -> Any:
        if value is None and schema.get("nullable") is True:
            return ()
        return keyword(validator, stated, value, schema) or ()

    return check


def _no_files(keyword: Keyword) -> Keyword:
    def check(validator: Any, stated: Any, value: Any, schema: Any) -> Any:
        return () if stated == "file" else keyword(validator, stated, value, schema)

    return check


def _readable(keyword: Keyword) -> Keyword:
    """Patterns are ECMA-262; the few that Python cannot read prove nothing."""

    def check(validator: Any, stated: Any, value: Any, schema: Any) -> Iterator[Any]:
        try:
            yield from keyword(validator, stated, value, schema) or ()
        except re.error:
            return

    return check


def _moment(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        return bool(_MOMENT.fullmatch(value)) and bool(datetime.fromisoformat(value.upper()))
    except ValueError:
        return False


def _day(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _within(bits: int) -> Callable[[object], bool]:
    def test(value: object) -> bool:
        limit = 2 ** (bits - 1)
        return not isinstance(value, int) or -limit <= value < limit

    return test


_FORMATS: Mapping[str, Callable[[object], bool]] = {
    "date": _day,
    "date-time": _moment,
    "int32": _within(32),
    "int64": _within(64),
}
