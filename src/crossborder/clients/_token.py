"""The token of an account: loaded, and renewed once for everybody before it ends."""

from collections.abc import Callable
from datetime import timedelta

from attrs import evolve

from crossborder.clients._effects import Alone, Effects, LoadToken, SwapToken
from crossborder.clients._events import Tell
from crossborder.clients._run import Run
from crossborder.conversation import Call, Renewable, Steps, Token
from crossborder.errors import OutcomeUnknown, SetupError, Unreachable

__all__ = ["Carry", "current", "renewed"]

Carry = Callable[[Steps[Token], Run], Effects[Token]]
"""Carries a conversation through; handed in, because a renewal is one inside a delivery."""

# A token that ends within this time is renewed before it is used.
_SKEW = timedelta(seconds=60)


def current(call: Call, run: Run, tell: Tell, *, carry: Carry) -> Effects[Token | None]:
    """The token to sign with, renewed beforehand when it is near its end; None where none is."""
    credentials = call.desk.credentials
    if not isinstance(credentials, Renewable):
        return None
    stored: Token | None = yield LoadToken(call.vendor, call.account)
    token = stored if stored is not None else credentials.token
    if token is not None and not _ending(token, run):
        return token
    return (yield from renewed(call, credentials, token, run, tell, carry=carry))


def renewed(
    call: Call, credentials: Renewable, old: Token | None, run: Run, tell: Tell, *, carry: Carry
) -> Effects[Token]:
    """A fresh token: one renewal at a time for each account, kept before it is used."""
    who = (call.vendor, call.account)
    if run.renewing == who:
        # It would wait for itself.
        raise SetupError("a renewal makes its calls with `desk.unsigned`", name=call.vendor)

    def renew() -> Effects[Token]:
        stored: Token | None = yield LoadToken(*who)
        if stored is not None and stored != old and not _ending(stored, run):
            return stored
        steps = credentials.renew(stored if stored is not None else old, run.clock.now())
        # Its answers hold tokens, so they never stand in the journal.
        apart = evolve(run, journaled=False, written={}, renewing=who)
        try:
            new = yield from carry(steps, apart)
        except OutcomeUnknown as unknown:
            # What is not known is the renewal; the call that needed the token did not leave.
            raise Unreachable(
                f"the token could not be renewed: {unknown.text}",
                vendor=unknown.vendor,
                account=unknown.account,
                operation=unknown.operation,
                status=unknown.status,
                request_id=unknown.request_id,
                retryable=True,
            ) from unknown
        kept: Token = yield SwapToken(*who, stored, new)
        tell("renewed")
        return kept

    fresh: Token = yield Alone(who, renew())
    return fresh


def _ending(token: Token, run: Run) -> bool:
    return token.expires_at is not None and token.expires_at <= run.clock.now() + _SKEW
