"""Lists, sets, tuples of fixed length and mappings."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from typing import Any, NewType, get_args, get_origin

from cattrs import Converter

from crossborder.errors import InvalidValue
from crossborder.model.extra import Extra
from crossborder.serial.open import ordered
from crossborder.serial.paths import within, wrong

__all__ = ["GROUPS"]

Write = Callable[[Any], Any]
Read = Callable[[Any, Any], Any]

_SETS = (frozenset, set, Set)
_LISTS = (tuple, list, Sequence, Iterable, Collection)


def _is_list(kind: Any) -> bool:
    origin = get_origin(kind) or kind
    args = get_args(kind)
    return origin in _LISTS and not (origin is tuple and args and Ellipsis not in args)


def _is_set(kind: Any) -> bool:
    return (get_origin(kind) or kind) in _SETS


def _item(kind: Any) -> Any:
    return next(iter(get_args(kind)), Any)


def _each(items: Any, hooks: Iterable[Callable[[Any], Any]]) -> list[Any]:
    read = []
    for place, (item, hook) in enumerate(zip(items, hooks, strict=False)):
        try:
            read.append(hook(item))
        except InvalidValue as error:
            raise within(error, place) from None
    return read


def _list_writer(kind: Any, made: Converter) -> Write:
    hook = made.get_unstructure_hook(_item(kind))

    def write(value: Any) -> Any:
        if isinstance(value, str | bytes | Mapping) or not isinstance(value, Collection):
            raise wrong("must be a tuple", value)
        return _each(value, [hook] * len(value))

    return write


def _list_reader(kind: Any, made: Converter) -> Read:
    hook = _bound(_item(kind), made)
    make = list if (get_origin(kind) or kind) is list else tuple

    def read(data: Any, _: Any) -> Any:
        items = _listed(data)
        return make(_each(items, [hook] * len(items)))

    return read


def _listed(data: Any) -> Any:
    if not isinstance(data, list | tuple):
        raise wrong("must be a list", data)
    return data


def _set_writer(kind: Any, made: Converter) -> Write:
    hook = made.get_unstructure_hook(_item(kind))

    def write(value: Any) -> Any:
        if not isinstance(value, Set):
            raise wrong("must be a frozenset", value)
        return ordered([hook(item) for item in value])

    return write


def _set_reader(kind: Any, made: Converter) -> Read:
    hook = _bound(_item(kind), made)

    def read(data: Any, _: Any) -> Any:
        # The tag stands where the set was written with no kind stated.
        tagged = isinstance(data, Mapping) and data.keys() == {"$set"}
        items = _listed(data["$set"] if tagged else data)
        return frozenset(_each(items, [hook] * len(items)))

    return read


def _is_pair(kind: Any) -> bool:
    return get_origin(kind) is tuple and Ellipsis not in get_args(kind)


def _pair_writer(kind: Any, made: Converter) -> Write:
    return _parts_writer(get_args(kind), made)


def _parts_writer(parts: tuple[Any, ...], made: Converter) -> Write:
    hooks = [made.get_unstructure_hook(part) for part in parts]

    def write(value: Any) -> Any:
        if not isinstance(value, tuple) or len(value) != len(hooks):
            raise wrong(f"must be a tuple of {len(hooks)}", value)
        return _each(value, hooks)

    return write


def _pair_reader(kind: Any, made: Converter) -> Read:
    return _parts_reader(get_args(kind), made)


def _parts_reader(parts: tuple[Any, ...], made: Converter) -> Read:
    hooks = [_bound(part, made) for part in parts]

    def read(data: Any, _: Any) -> Any:
        items = _listed(data)
        if len(items) != len(hooks):
            raise wrong(f"must be a list of {len(hooks)}", data)
        return tuple(_each(items, hooks))

    return read


def _bound(kind: Any, made: Converter) -> Callable[[Any], Any]:
    hook = made.get_structure_hook(kind)
    return lambda data: hook(data, kind)


def _is_mapping(kind: Any) -> bool:
    origin = get_origin(kind) or kind
    return isinstance(origin, type) and issubclass(origin, Mapping) and origin is not Extra


def _sides(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) or (str, Any)


def _texty(kind: Any) -> bool:
    while isinstance(kind, NewType):
        kind = kind.__supertype__
    return isinstance(kind, type) and issubclass(kind, str)


def _mapping_writer(kind: Any, made: Converter) -> Write:
    sides = _sides(kind)
    texty = _texty(sides[0])
    write_key, write_item = (made.get_unstructure_hook(side) for side in sides)

    def write(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise wrong("must be a mapping", value)
        pairs = []
        for key, inner in value.items():
            try:
                pairs.append([write_key(key), write_item(inner)])
            except InvalidValue as error:
                raise within(error, str(key)) from None
        return dict(pairs) if texty else ordered(pairs)

    return write


def _mapping_reader(kind: Any, made: Converter) -> Read:
    sides = _sides(kind)
    texty, pair = _texty(sides[0]), _parts_reader(sides, made)
    read_key, read_item = (_bound(side, made) for side in sides)

    def read(data: Any, _: Any) -> Any:
        if texty and not isinstance(data, Mapping):
            raise wrong("must be an object", data)
        values: dict[Any, Any] = {}
        if isinstance(data, Mapping):
            for name, item in data.items():
                try:
                    values[read_key(name)] = read_item(item)
                except InvalidValue as error:
                    raise within(error, str(name)) from None
            return values
        for place, one in enumerate(_listed(data)):
            try:
                key, inner = pair(one, None)
            except InvalidValue as error:
                raise within(error, place) from None
            values[key] = inner
        return values

    return read


GROUPS = (
    (_is_set, _set_writer, _set_reader),
    (_is_list, _list_writer, _list_reader),
    (_is_pair, _pair_writer, _pair_reader),
    (_is_mapping, _mapping_writer, _mapping_reader),
)
"""Which annotations are meant, and what makes their writer and reader."""
