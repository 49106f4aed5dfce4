"""What an error says: a vendor's own, or one of the gateway that stands before it."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from crossborder.wire.scans.fields import Spec, getter

__all__ = ["at_the_gate", "plain", "said"]

Said = tuple[str, str, dict[str, Any]]

GATEWAYS: tuple[tuple[str, str, Spec], ...] = (
    ("fault", "detail.errorcode", "faultstring"),  # Apigee, "Handling faults"
    ("fault", "code", "message"),  # WSO2 API Manager, "Error handling"
    ("error", "code", "message"),  # Google's JSON style guide, and many after it
    ("", "error", ("error_description", "message")),  # OAuth 2, RFC 6749, 5.2
    ("", "statusCode", "message"),  # Azure API Management, "Error handling"
    ("", "httpCode", "httpMessage"),  # IBM API Connect, "Error handling"
)
"""How gateways refuse a call: the object that says so, or the answer itself, its code, its words."""

_ALONE = frozenset({"message", "Message", "requestId", "request_id"})
"""Amazon's API Gateway and Kong say one sentence and nothing else."""

_WORD = re.compile(r"(?P<code>[\w.-]{1,80})(?:(?: -|:)\s+(?P<text>.*))?", re.DOTALL)
_at = lru_cache(maxsize=256)(getter)


def plain(value: Any) -> str:
    """A text or a whole number as text; empty for everything else."""
    whole = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value).strip() if whole else ""


def said(error: Any, code: Spec = "code", text: Spec = "message") -> Said | None:
    """The code and the words of an error, and what else it says; None where nothing stands.

    An object says them by name. A lone text is its code when it is one word, or begins with one
    before a dash or a colon, else its words.

    >>> said({"code": "E1", "message": "No", "at": 7}), said({})
    (('E1', 'No', {'at': 7}), None)
    >>> said("E1 - No such number"), said("Not there")
    (('E1', 'No such number', {}), ('', 'Not there', {}))
    """
    if not isinstance(error, dict):
        told = plain(error)
        word = _WORD.fullmatch(told)
        if word is None:
            return ("", told, {}) if told else None
        return word["code"], (word["text"] or "").strip(), {}
    held = {name: value for name, value in error.items() if value or value in (False, 0)}
    if not held:
        return None
    number, words = plain(_at(code)(error)), plain(_at(text)(error))
    read = {_head(code, error) if number else "", _head(text, error) if words else ""}
    return number, words, {name: value for name, value in held.items() if name not in read}


def at_the_gate(answer: Mapping[str, Any]) -> Said | None:
    """With what a gateway refused a call, as `said`; None when it is no such answer."""
    for name, code, text in GATEWAYS:
        error = answer.get(name) if name else answer
        told = said(error, code, text) if isinstance(error, dict) else None
        if told is None:
            continue
        number, words, left = told
        if name and (number or words):
            return told
        if not name and " " in number:
            return "", f"{number} {words}".strip(), left
        if not name and number and (words or code == "error"):
            return told
    if _ALONE.issuperset(answer):
        told = said(answer, (), ("message", "Message"))
        return told if told and told[1] else None
    return None


def _head(spec: Spec, error: Mapping[str, Any]) -> str:
    """The name of an object under which a spec found something."""
    if isinstance(spec, tuple):
        spec = next((name for name in spec if plain(_at(name)(error))), "")
    return spec.partition(".")[0] if isinstance(spec, str) else ""
