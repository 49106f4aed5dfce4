"""Where an adapter makes its calls: one desk for one account at one vendor."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlencode

from attrs import evolve, field, frozen

from crossborder.conversation.exchange import Reply, Request, pairs
from crossborder.conversation.steps import Call, Steps
from crossborder.conversation.verdict import Verdict, read_status
from crossborder.errors import SetupError
from crossborder.model.check import refuse
from crossborder.model.extra import Extra
from crossborder.policy import Policies
from crossborder.secret import Secret
from crossborder.wire.text import write_json

# Methods that change something each time they are sent.
_WRITES = frozenset({"POST", "PATCH"})

__all__ = ["Credentials", "Desk", "Renewable", "Token"]

Values = Mapping[str, str] | Iterable[tuple[str, str]]


@frozen
class Token:
    """What a vendor gives for a time.

    Attributes:
        access: sent with each call.
        expires_at: when it ends, or None when the vendor does not say.
        refresh: what a new one is asked for with, or None.
        refresh_expires_at: when that ends, or None.
        extra: what the vendor said beyond this.
    """

    access: Secret
    expires_at: datetime | None = None
    refresh: Secret | None = None
    refresh_expires_at: datetime | None = None
    extra: Extra = field(factory=Extra)


@runtime_checkable
class Credentials(Protocol):
    """How an account proves itself."""

    @abstractmethod
    def sign(self, request: Request, token: Token | None, now: datetime) -> Request:
        """The request with its proof: pure, called at the moment of sending."""
        ...


@runtime_checkable
class Renewable(Credentials, Protocol):
    """Credentials whose token ends and can be renewed."""

    @property
    @abstractmethod
    def token(self) -> Token | None:
        """The token to start from when the store holds none."""
        ...

    @abstractmethod
    def renew(self, token: Token | None, now: datetime) -> Steps[Token]:
        """Ask for a new token; its calls go out unsigned (`desk.unsigned`)."""
        ...


@frozen
class Desk:
    """Makes calls of one vendor and account.

    Attributes:
        vendor: the adapter's name.
        base_url: what every path is put behind.
        account: which account there; with vendor and bucket it keys the pacing.
        policies: the adapter's table of delivery.
        credentials: how calls are signed, or None.
        read: how replies are read.
    """

    vendor: str
    base_url: str
    account: str
    policies: Policies
    credentials: Credentials | None = None
    read: Callable[[Reply], Verdict] = read_status

    def __attrs_post_init__(self) -> None:
        if self.credentials is not None and not isinstance(self.credentials, Credentials):
            raise refuse("Desk", "credentials", self.credentials, "cannot sign")

    @property
    def unsigned(self) -> "Desk":
        """The same desk without credentials: for asking for a token."""
        return evolve(self, credentials=None)

    def call(
        self,
        operation: str,
        request: Request,
        *,
        step: str | None = None,
        repeatable: bool | None = None,
        after: float = 0.0,
        keyed: Callable[[Request, str], Request] | None = None,
        cost: int | None = None,
    ) -> Steps[Reply]:
        """Send a request that was built by hand; the other methods build it for you.

        Raises:
            SetupError: a POST or PATCH has neither a step nor a word on being repeated: it would
                be neither journaled nor safe.
        """
        unsaid = step is None and keyed is None and repeatable is None
        if unsaid and request.method in _WRITES and self.policies.of(operation).repeatable is None:
            raise SetupError(
                f"{operation} may write: name its step, or say repeatable=True where it reads",
                name=operation,
            )
        reply: Reply = yield Call(
            self.vendor,
            self.account,
            operation,
            request,
            step=step,
            repeatable=repeatable,
            after=after,
            keyed=keyed,
            cost=cost,
            desk=self,
        )
        return reply

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Values | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Values | None = None,
        content: bytes | None = None,
    ) -> Request:
        """A request behind the base address; at most one of json, form and content.

        Raises:
            InvalidValue: more than one of them.
        """
        given = [value for value in (json, form, content) if value is not None]
        if len(given) > 1:
            raise refuse(self.vendor, "body", len(given), "is given as more than one of its kinds")
        body, kind = content or b"", None
        if json is not None:
            body, kind = write_json(json).encode(), "application/json"
        elif form is not None:
            body, kind = urlencode(pairs(form)).encode(), "application/x-www-form-urlencoded"
        heads = {"Accept": "application/json", **({"Content-Type": kind} if kind else {})}
        request = Request(method, self.base_url + path, pairs(query), heads, body)
        return request.with_headers(headers or {})

    def get(
        self,
        operation: str,
        path: str,
        *,
        query: Values | None = None,
        headers: Mapping[str, str] | None = None,
        after: float = 0.0,
    ) -> Steps[Reply]:
        """Read something."""
        request = self.request("GET", path, query=query, headers=headers)
        return self.call(operation, request, after=after)

    def _write(
        self, method: str, operation: str, path: str, build: dict[str, Any], how: dict[str, Any]
    ) -> Steps[Reply]:
        return self.call(operation, self.request(method, path, **build), **how)

    def post(
        self,
        operation: str,
        path: str,
        *,
        json: Any = None,
        form: Values | None = None,
        content: bytes | None = None,
        query: Values | None = None,
        headers: Mapping[str, str] | None = None,
        step: str | None = None,
        repeatable: bool | None = None,
        after: float = 0.0,
        keyed: Callable[[Request, str], Request] | None = None,
        cost: int | None = None,
    ) -> Steps[Reply]:
        """Write something (name the step), or read by POST (say `repeatable=True`)."""
        build = {"json": json, "form": form, "content": content, "query": query}
        how = {"step": step, "repeatable": repeatable, "after": after, "keyed": keyed}
        return self._write(
            "POST", operation, path, {**build, "headers": headers}, {**how, "cost": cost}
        )

    def put(
        self,
        operation: str,
        path: str,
        *,
        json: Any = None,
        query: Values | None = None,
        headers: Mapping[str, str] | None = None,
        step: str | None = None,
    ) -> Steps[Reply]:
        """Set something to a state; repeatable."""
        build = {"json": json, "query": query, "headers": headers}
        return self._write("PUT", operation, path, build, {"step": step})

    def patch(
        self,
        operation: str,
        path: str,
        *,
        json: Any = None,
        query: Values | None = None,
        headers: Mapping[str, str] | None = None,
        step: str | None = None,
        repeatable: bool | None = None,
    ) -> Steps[Reply]:
        """Change a part of something."""
        build = {"json": json, "query": query, "headers": headers}
        return self._write(
            "PATCH", operation, path, build, {"step": step, "repeatable": repeatable}
        )

    def delete(
        self,
        operation: str,
        path: str,
        *,
        query: Values | None = None,
        headers: Mapping[str, str] | None = None,
        step: str | None = None,
    ) -> Steps[Reply]:
        """Take something away; repeatable."""
        return self._write(
            "DELETE", operation, path, {"query": query, "headers": headers}, {"step": step}
        )
