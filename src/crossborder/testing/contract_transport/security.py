"""Whether a request carries the proof that a contract asks for; the proof is not verified."""

from collections.abc import Mapping, Sequence
from typing import Any

from crossborder.conversation import Request

__all__ = ["in_query", "lacking"]


def lacking(
    request: Request,
    names: Mapping[str, str],
    schemes: Mapping[str, Any],
    wanted: Sequence[Mapping[str, Any]] | None,
) -> str | None:
    """What the request lacks, or None; `names` are the values of its query.

    `wanted` are the alternatives of the operation; without any, one of the declared schemes is
    enough.
    """
    if wanted is None:
        wanted = [{name: []} for name in schemes]
    if not wanted:
        return None
    said = []
    for alternative in wanted:
        gaps = [gap for name in alternative if (gap := _gap(request, names, schemes.get(name, {})))]
        if not gaps:
            return None
        said.append(" and ".join(gaps))
    return " or ".join(dict.fromkeys(said))


def _gap(request: Request, names: Mapping[str, str], scheme: Mapping[str, Any]) -> str | None:
    kind = scheme.get("type")
    if kind == "apiKey":
        name, place = scheme["name"], scheme["in"]
        if place == "query":
            return None if names.get(name) else f"the parameter {name!r} is missing"
        if place == "cookie":
            held = f"{name}=" in (request.header("cookie") or "")
            return None if held else f"the cookie {name!r} is missing"
        return None if request.header(name) else f"the header {name!r} is missing"
    basic = kind == "basic" or (kind == "http" and scheme.get("scheme", "").casefold() == "basic")
    word = "Basic" if basic else "Bearer"
    proof = (request.header("authorization") or "").partition(" ")
    if proof[0].casefold() == word.casefold() and proof[2].strip():
        return None
    return f"the header 'Authorization: {word} …' is missing"


def in_query(schemes: Mapping[str, Any]) -> frozenset[str]:
    """The names of the query that are proof and no parameter."""
    return frozenset(
        scheme["name"]
        for scheme in schemes.values()
        if scheme.get("type") == "apiKey" and scheme.get("in") == "query"
    )
