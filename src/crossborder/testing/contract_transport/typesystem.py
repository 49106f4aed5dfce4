"""A graphql-core schema from an introspection, with parsers in its scalars."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from crossborder.testing.contract_transport.operation import missing

__all__ = ["schema_of"]

Parser = Callable[[Any], Any]


class _Source:
    """An introspection that is compared by identity, so that its schema can be kept."""

    def __init__(self, introspection: Mapping[str, Any]) -> None:
        self.introspection = introspection

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Source) and other.introspection is self.introspection

    def __hash__(self) -> int:
        return id(self.introspection)


def schema_of(introspection: Mapping[str, Any], parsers: Mapping[str, Parser]) -> Any:
    """The schema; built once for one introspection (the same object) and the same parsers."""
    return _built(_Source(introspection), tuple(sorted(parsers.items(), key=lambda one: one[0])))


@lru_cache(maxsize=8)
def _built(source: _Source, parsers: tuple[tuple[str, Parser], ...]) -> Any:
    try:
        from graphql import build_client_schema
    except ImportError:
        raise missing() from None
    held: Any = source.introspection
    # Vendors deprecate a field in a type but not in its interface; graphql-core calls that invalid.
    schema = build_client_schema(held.get("data", held), assume_valid=True)
    for name, parser in parsers:
        scalar: Any = schema.type_map.get(name)
        if scalar is not None:
            for word in ("parse_value", "serialize", "coerce_input_value", "coerce_output_value"):
                setattr(scalar, word, parser)
    return schema
