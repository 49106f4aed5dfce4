"""Values that must never be seen: `Secret`, and the masks for what is shown.

>>> key = Secret("sk_live_123")
>>> key
Secret('***')
>>> f"{key}"
'***'
>>> key.reveal()
'sk_live_123'
"""

import re
from collections.abc import Iterable
from typing import NoReturn

__all__ = ["MASK", "Secret", "is_sensitive", "masked", "scrubbed"]

MASK = "***"

_SENSITIVE = (
    "authorization",
    "cookie",
    "password",
    "secret",
    "signature",
    "token",
    "api-key",
    "api_key",
    "apikey",
    "hmac",
    "sourcekey",
)
_SENSITIVE_EXACT = frozenset({"sign", "code", "key", "client_id_secret"})

# A JSON member or form field whose name says that its value is to be hidden.
_MEMBER = re.compile(
    r"""(["']?[\w.-]*(?:secret|token|password|signature|authorization|api_?key)[\w.-]*["']?\s*[:=]\s*)"""
    r"""(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;&}"']+)""",
    re.IGNORECASE,
)


class Secret:
    """A text that shows itself only when asked: `reveal()`.

    Its `repr`, `str` and format are masked, it refuses to be pickled or copied into JSON, and
    it is compared in constant time.

    >>> Secret("a") == Secret("a")
    True
    """

    __slots__ = ("_value",)

    def __init__(self, value: "str | Secret") -> None:
        text: object = value.reveal() if isinstance(value, Secret) else value
        if not isinstance(text, str):
            raise TypeError(f"a secret is a text, not {type(text).__name__}")
        self._value: str = text

    def reveal(self) -> str:
        """The text itself: call it where it is sent, nowhere else."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret('{MASK}')"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        # Imported here: every noun loads this module, and few of them compare secrets.
        from hmac import compare_digest

        return compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        from hashlib import sha256

        return hash(sha256(self._value.encode()).digest())

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled: load it where it is used")


def is_sensitive(name: str) -> bool:
    """Whether a header, parameter or field of this name holds something to hide.

    >>> is_sensitive("X-Shopify-Access-Token"), is_sensitive("Content-Type")
    (True, False)
    """
    folded = name.casefold()
    return folded in _SENSITIVE_EXACT or any(word in folded for word in _SENSITIVE)


def masked(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The same pairs with the value of each sensitive name hidden.

    >>> masked([("sign", "ABCDEF"), ("page", "2")])
    (('sign', '***'), ('page', '2'))
    """
    return tuple((name, MASK if is_sensitive(name) else value) for name, value in pairs)


def scrubbed(text: str) -> str:
    """A vendor's answer as it may be shown: the values of members named like secrets are hidden.

    >>> scrubbed('{"client_secret": "pi_1_secret_2", "status": "failed"}')
    '{"client_secret": "***", "status": "failed"}'
    """
    return _MEMBER.sub(lambda found: f'{found.group(1)}"{MASK}"', text)
