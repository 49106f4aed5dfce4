"""The suite for what vendors push."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from attrs import frozen

from crossborder.errors import MissingCredential, Unauthorized
from crossborder.protocols.webhooks import WebhookReader
from crossborder.secret import Secret

__all__ = ["Signed", "WebhookReaderContract"]

_WRONG = Secret("not-the-secret")


@frozen
class Signed:
    """A message as the vendor sends it.

    Attributes:
        body: the raw bytes.
        headers: with the signature.
        secret: it was signed with.
        at: when it was signed.
        dated: whether the signature covers a time, so that an old message can be told.
    """

    body: bytes
    headers: Mapping[str, str]
    secret: Secret
    at: datetime
    dated: bool = True


class WebhookReaderContract(ABC):
    """`WebhookReader`: give the adapter and a signed message."""

    @abstractmethod
    def reader(self) -> WebhookReader:
        """The adapter."""

    @abstractmethod
    def signed(self) -> Signed:
        """A message whose signature holds."""

    def test_a_signed_message_is_read(self) -> None:
        given = self.signed()
        event = self.reader().webhook(
            given.body, given.headers, secrets=[given.secret], now=given.at
        )
        assert event.id
        assert event.topic

    def test_any_of_several_secrets_will_do(self) -> None:
        given = self.signed()
        secrets = [_WRONG, given.secret]
        event = self.reader().webhook(given.body, given.headers, secrets=secrets, now=given.at)
        assert event.id

    def test_header_names_are_read_in_any_case(self) -> None:
        given = self.signed()
        loud = {name.upper(): value for name, value in given.headers.items()}
        assert self.reader().webhook(given.body, loud, secrets=[given.secret], now=given.at).id

    def test_another_secret_is_refused(self) -> None:
        given = self.signed()
        with pytest.raises(Unauthorized):
            self.reader().webhook(given.body, given.headers, secrets=[_WRONG], now=given.at)

    def test_no_secret_at_all_is_refused(self) -> None:
        given = self.signed()
        with pytest.raises(Unauthorized):
            self.reader().webhook(given.body, given.headers, secrets=[], now=given.at)

    def test_an_empty_secret_opens_no_door(self) -> None:
        given = self.signed()
        with pytest.raises((Unauthorized, MissingCredential)):
            self.reader().webhook(given.body, given.headers, secrets=[Secret("")], now=given.at)

    def test_one_changed_byte_is_refused(self) -> None:
        given = self.signed()
        changed = given.body[:-1] + bytes([given.body[-1] ^ 1])
        with pytest.raises(Unauthorized):
            self.reader().webhook(changed, given.headers, secrets=[given.secret], now=given.at)

    def test_a_message_without_headers_is_refused(self) -> None:
        given = self.signed()
        with pytest.raises(Unauthorized):
            self.reader().webhook(given.body, {}, secrets=[given.secret], now=given.at)

    def test_an_old_message_is_refused_where_its_time_is_signed(self) -> None:
        given = self.signed()
        if given.dated:
            later = given.at + timedelta(hours=2)
            with pytest.raises(Unauthorized):
                self.reader().webhook(given.body, given.headers, secrets=[given.secret], now=later)

    def test_the_same_message_has_the_same_id_each_time(self) -> None:
        given = self.signed()
        ids = {
            self.reader()
            .webhook(given.body, given.headers, secrets=[given.secret], now=given.at)
            .id
            for _ in range(2)
        }
        assert len(ids) == 1
