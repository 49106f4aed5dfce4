"""Every error of the library, in one tree.

A refusal by a vendor (a declined card, a listing with a wrong attribute) is not here: it is a
value, `Refused`. What stands here is a broken promise.

```text
CrossborderError
├── InvalidValue              a value that cannot be: field, value, source
│   ├── CurrencyMismatch      two currencies where one is needed
│   ├── NaiveTime             a time without a zone
│   ├── IllegalMove           a lifecycle step that does not exist
│   └── Unreadable            bytes or a payload that do not have the promised shape
├── VendorError               vendor, account, operation, status, request_id, retryable, raw
│   ├── Unauthorized          the credentials are refused
│   ├── Throttled             the limit is reached and waiting would take too long
│   ├── NotFound              the thing asked for is not there
│   ├── BadRequest            the vendor says the call itself is wrong
│   ├── Unreachable           never sent, or lost on a read
│   ├── Unavailable           the vendor is broken at the moment
│   └── OutcomeUnknown        sent, no answer: look first
└── SetupError                the program is put together wrongly
    ├── UnknownAdapter        no adapter of that name
    ├── MissingCredential     a credential was not given
    ├── MissingExtra          an optional dependency is not installed
    ├── NoPolicy              an operation without a delivery policy
    └── KeyReused             one operation key, two different requests
```

Fields are keyword-only, and every error survives a pickle.
"""

from typing import Any, ClassVar

from crossborder.secret import MASK, Secret

__all__ = [
    "BadRequest",
    "CrossborderError",
    "CurrencyMismatch",
    "IllegalMove",
    "InvalidValue",
    "KeyReused",
    "MissingCredential",
    "MissingExtra",
    "NaiveTime",
    "NoPolicy",
    "NotFound",
    "OutcomeUnknown",
    "SetupError",
    "Throttled",
    "Unauthorized",
    "Unavailable",
    "UnknownAdapter",
    "Unreachable",
    "Unreadable",
    "VendorError",
]

_SHOWN = 120


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"


def _packed(value: object) -> object:
    return MASK if isinstance(value, Secret) else value


def _rebuild(kind: type["CrossborderError"], text: str, fields: dict[str, Any]) -> Exception:
    return kind(text, **fields)


class CrossborderError(Exception):
    """The root: catch it to catch everything this library raises.

    Attributes:
        text: what happened, in words, without the fields.
    """

    _names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.text = text

    def __reduce__(self) -> tuple[Any, ...]:
        fields = {name: _packed(getattr(self, name)) for name in self._names}
        return _rebuild, (type(self), self.text, fields)


class InvalidValue(CrossborderError, ValueError):
    """A value that cannot be.

    Attributes:
        field: the path of the field, such as `lines.0.quantity`.
        value: the value found there.
        source: who gave it: a noun's name, a vendor, a file.

    >>> raise InvalidValue("is negative", field="price", value=-1, source="PriceTier")
    Traceback (most recent call last):
    ...
    crossborder.errors.InvalidValue: PriceTier.price is negative (got -1)
    """

    _names = ("field", "value", "source")

    def __init__(self, text: str, *, field: str, value: object, source: str) -> None:
        super().__init__(text)
        self.field, self.value, self.source = field, value, source

    def __str__(self) -> str:
        where = f"{self.source}.{self.field}" if self.source else self.field
        return f"{where} {self.text} (got {_shown(self.value)})"


class CurrencyMismatch(InvalidValue):
    """Two currencies where the sum needs one: convert first, with an `ExchangeRate`."""


class NaiveTime(InvalidValue):
    """A time without a zone: attach the zone where the time was read."""


class IllegalMove(InvalidValue):
    """A lifecycle step that does not exist, such as from cancelled to open."""


class Unreadable(InvalidValue):
    """Bytes or a payload that do not have the shape their source promises."""


class VendorError(CrossborderError):
    """Something went wrong between us and a vendor.

    Attributes:
        vendor: the adapter's name, such as `shopify`.
        account: which account at that vendor.
        operation: the operation of the conversation, such as `orders.list`.
        status: the HTTP status, where there was an answer.
        request_id: the vendor's own id of the exchange, for its support.
        retryable: whether the same call may be made again without a second effect.
        raw: what the vendor said, cut to 2,000 characters.
        problems: the vendor's refusals, read into `Problem`s where the vendor gave them.
    """

    _names: ClassVar[tuple[str, ...]] = (
        "vendor",
        "account",
        "operation",
        "status",
        "request_id",
        "retryable",
        "raw",
        "problems",
    )

    def __init__(
        self,
        text: str = "",
        *,
        vendor: str,
        account: str,
        operation: str,
        status: int | None = None,
        request_id: str | None = None,
        retryable: bool = False,
        raw: str | None = None,
        problems: tuple[Any, ...] = (),
    ) -> None:
        super().__init__(text)
        self.vendor, self.account, self.operation = vendor, account, operation
        self.status, self.request_id, self.retryable = status, request_id, retryable
        self.raw = None if raw is None else raw[:2000]
        self.problems = problems

    def __str__(self) -> str:
        parts = [f"{self.vendor} {self.operation}: {self.text or type(self).__name__}"]
        if self.status is not None:
            parts.append(f"HTTP {self.status}")
        if self.request_id:
            parts.append(f"request {self.request_id}")
        return ", ".join(parts)


class Unauthorized(VendorError):
    """The credentials are refused, also after one renewal."""


class Throttled(VendorError):
    """The vendor's limit is reached and waiting longer is not allowed.

    Attributes:
        retry_after: seconds until the vendor accepts again, where it said so.
    """

    _names = (*VendorError._names, "retry_after")

    def __init__(self, text: str = "", *, retry_after: float | None = None, **fields: Any) -> None:
        super().__init__(text, **fields)
        self.retry_after = retry_after


class NotFound(VendorError):
    """The thing asked for is not there."""


class BadRequest(VendorError):
    """The vendor says the call itself is wrong; sending it again changes nothing."""


class Unreachable(VendorError):
    """Never sent (no connection), or lost on a read: nothing happened at the vendor."""


class Unavailable(VendorError):
    """The vendor is broken at the moment (a 5xx, or its own word for it)."""


class OutcomeUnknown(VendorError):
    """A write was sent and no answer came: look the thing up before anything else.

    Attributes:
        key: the operation key under which the write was journaled.
        request: the request as sent (its repr shows no secret).
        fresh: True when it was sent in this run, False when an earlier run had begun it.
    """

    _names = (*VendorError._names, "key", "request", "fresh")

    def __init__(
        self,
        text: str = "",
        *,
        key: str | None = None,
        request: object = None,
        fresh: bool = True,
        **fields: Any,
    ) -> None:
        super().__init__(text, **fields)
        self.key, self.request, self.fresh = key, request, fresh


class SetupError(CrossborderError):
    """The program is put together wrongly; no input of a user can cause it.

    Attributes:
        name: what it is about: an adapter, a credential, an extra, an operation, a key.
    """

    _names = ("name",)

    def __init__(self, text: str = "", *, name: str = "") -> None:
        super().__init__(text)
        self.name = name


class UnknownAdapter(SetupError):
    """No adapter of that name is built in or installed."""


class MissingCredential(SetupError):
    """A credential that the adapter needs was not given."""


class MissingExtra(SetupError):
    """An optional dependency is not installed; the text says what to install."""


class NoPolicy(SetupError):
    """The adapter names an operation for which it states no delivery policy."""


class KeyReused(SetupError):
    """One operation key was used for two different requests."""
