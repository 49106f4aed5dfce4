"""The nouns themselves, field by field."""

import types
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import attrs
from cattrs import Converter

from crossborder.errors import InvalidValue
from crossborder.model.extra import Extra, freeze
from crossborder.model.outcome import Pending
from crossborder.serial.open import thawed
from crossborder.serial.paths import within, wrong

__all__ = ["NOUNS", "nouns"]

Write = Callable[[Any], Any]
Read = Callable[[Any, Any], Any]

_MODULES = (
    *("carriage", "cost", "customer", "decision", "events", "ids", "ledger", "listing", "measure"),
    *("money", "order", "outcome", "payment", "place", "product", "promotion", "purchase"),
    *("returns", "shipment", "status", "stock", "supply", "ticket", "time", "tracking"),
)
_UNKNOWN = "$unknown"


@cache
def nouns() -> Mapping[str, type]:
    """Every class of the model that can be written, by its name."""
    found: dict[str, type] = {}
    for name in _MODULES:
        module = import_module(f"crossborder.model.{name}")
        for public in module.__all__:
            kind = getattr(module, public)
            if isinstance(kind, type) and attrs.has(kind) and kind is not Pending:
                found[public] = kind
    return types.MappingProxyType(found)


def _is_noun(kind: Any) -> bool:
    origin = get_origin(kind) or kind
    return isinstance(origin, type) and attrs.has(origin)


def _hints(kind: Any) -> dict[str, Any]:
    """The resolved annotations of a noun, type parameters filled in; unfilled ones are open."""
    origin = get_origin(kind) or kind
    known = dict(zip(getattr(origin, "__parameters__", ()), get_args(kind), strict=False))
    return {name: _filled(hint, known) for name, hint in get_type_hints(origin).items()}


def _filled(hint: Any, known: Mapping[Any, Any]) -> Any:
    if isinstance(hint, TypeVar):
        return known.get(hint, Any)
    free = getattr(hint, "__parameters__", ())
    return hint[tuple(known.get(one, Any) for one in free)] if free else hint


def _noun_writer(kind: Any, made: Converter) -> Write:
    origin = get_origin(kind) or kind
    hints = _hints(kind)
    names = [item.name for item in attrs.fields(origin) if item.init]
    hooks = [(name, made.get_unstructure_hook(hints[name])) for name in names]
    known = frozenset(names)
    keeps = hints.get("extra") is Extra

    def write(value: Any) -> Any:
        if not isinstance(value, origin):
            raise wrong(f"must be of type {origin.__name__}", value)
        unknown = _unknown(value.extra, known) if keeps else {}
        data: dict[str, Any] = {}
        for name, hook in hooks:
            try:
                item = getattr(value, name)
                if unknown and name == "extra":
                    item = {key: said for key, said in item.items() if key != _UNKNOWN}
                data[name] = hook(item)
            except InvalidValue as error:
                raise within(error, name, origin.__name__) from None
        return data | unknown

    return write


def _unknown(extra: Extra, known: frozenset[str]) -> dict[str, Any]:
    """The fields a newer version had written; empty when a vendor's own key is so called."""
    kept = extra.get(_UNKNOWN)
    if not isinstance(kept, Extra) or not known.isdisjoint(kept):
        return {}
    try:
        return {key: thawed(item) for key, item in kept.items()}
    except InvalidValue:
        return {}


def _noun_reader(kind: Any, made: Converter) -> Read:
    origin = get_origin(kind) or kind
    hints = _hints(kind)
    fields = [item for item in attrs.fields(origin) if item.init]
    hooks = []
    for item in fields:
        hint = hints[item.name]
        try:
            hooks.append((item.name, item.alias, hint, made.get_structure_hook(hint)))
        except InvalidValue as error:
            raise within(error, item.name, origin.__name__) from None
    needed = frozenset(item.name for item in fields if item.default is attrs.NOTHING)
    known = frozenset(item.name for item in fields)
    keeps = hints.get("extra") is Extra
    source = origin.__name__

    def tagged(name: Any, data: Any) -> Any:
        """The value that was written where no kind was stated, so that it carries its name."""
        narrower = nouns().get(name) if isinstance(name, str) else None
        if name == source:
            return read(data, kind)
        if narrower is not None and issubclass(narrower, origin):
            return made.get_structure_hook(narrower)(data, narrower)
        raise InvalidValue(f"must be {source}", field="$noun", value=name, source=source)

    def read(data: Any, _: Any) -> Any:
        if not isinstance(data, Mapping):
            raise wrong("must be an object", data)
        if len(data) == 2 and "$noun" in data and "$value" in data:
            return tagged(data["$noun"], data["$value"])
        values: dict[str, Any] = {}
        for name, alias, hint, hook in hooks:
            if name in data:
                try:
                    values[alias] = hook(data[name], hint)
                except InvalidValue as error:
                    raise within(error, name, source) from None
            elif name in needed:
                raise InvalidValue("is missing", field=name, value=None, source=source)
        unknown = {key: item for key, item in data.items() if key not in known}
        if unknown and not keeps:
            name = next(iter(unknown))
            said = "is not a field known here"
            raise InvalidValue(said, field=str(name), value=unknown[name], source=source)
        if unknown:
            values["extra"] = Extra({**values.get("extra", {}), _UNKNOWN: freeze(unknown)})
        return origin(**values)

    return read


def _is_pending(kind: Any) -> bool:
    return (get_origin(kind) or kind) is Pending


def _pending_writer(kind: Any, made: Converter) -> Write:
    def write(value: Any) -> Any:
        raise wrong("holds a conversation: keep its value instead", type(value))

    return write


def _pending_reader(kind: Any, made: Converter) -> Read:
    def read(data: Any, _: Any) -> Any:
        raise wrong("cannot be read: it holds a conversation", type(data))

    return read


NOUNS = (
    (_is_noun, _noun_writer, _noun_reader),
    (_is_pending, _pending_writer, _pending_reader),
)
"""Which annotations are meant, and what makes their writer and reader."""
