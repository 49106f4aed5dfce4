"""The points of a document by the published rule: what the pretend shop reserves."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    get_named_type,
    parse,
)

__all__ = ["cost_of"]


def cost_of(schema: Any, text: str, variables: Mapping[str, Any]) -> int:
    """The points of a document by the published rule."""
    document: Any = parse(text)
    parts = {one.name.value: one for one in document.definitions if _is_fragment(one)}
    operation: Any = next(
        one for one in document.definitions if isinstance(one, OperationDefinitionNode)
    )

    def sized(node: Any) -> int | None:
        for argument in node.arguments or ():
            if argument.name.value in ("first", "ids"):
                if isinstance(argument.value, IntValueNode):
                    return int(argument.value.value)
                given = variables[argument.value.name.value]
                return len(given) if isinstance(given, list) else int(given)
        return None

    def of(selections: Any, kind: Any) -> int:
        points = 0
        for node in selections.selections:
            if isinstance(node, FragmentSpreadNode):
                part = parts[node.name.value]
                points += of(part.selection_set, schema.type_map[part.type_condition.name.value])
            elif isinstance(node, InlineFragmentNode):
                condition: Any = node.type_condition
                points += of(node.selection_set, schema.type_map[condition.name.value])
            elif isinstance(node, FieldNode) and node.selection_set:
                points += field(node, get_named_type(kind.fields[node.name.value].type))
        return points

    def field(node: Any, kind: Any) -> int:
        count = sized(node)
        if not kind.name.endswith("Connection"):
            return (1 + of(node.selection_set, kind)) * (count or 1)
        inner = 0
        for child in node.selection_set.selections:
            if child.name.value == "nodes":
                inner += 1 + of(child.selection_set, get_named_type(kind.fields["nodes"].type))
        return 2 + (count or 1) * inner

    if operation.operation.value == "mutation":
        return 10 + of(operation.selection_set, schema.mutation_type)
    return of(operation.selection_set, schema.query_type)


def _is_fragment(one: Any) -> bool:
    return isinstance(one, FragmentDefinitionNode)
