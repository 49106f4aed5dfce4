"""What vendors push: proven first, read second."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from attrs import field, frozen

from crossborder.model.check import checked
from crossborder.model.extra import Extra
from crossborder.secret import Secret

__all__ = ["WebhookEvent", "WebhookReader"]


@frozen(field_transformer=checked)
class WebhookEvent:
    """One message of a vendor whose signature held.

    Attributes:
        vendor: the adapter's name.
        id: the vendor's id of the message: a second one of the same id is a repeat.
        topic: what it is about, in the vendor's words.
        api_version: of the body, or empty.
        at: when it was sent, or None when the vendor does not say.
        body: the message.
    """

    vendor: str
    id: str
    topic: str
    api_version: str = ""
    at: datetime | None = None
    body: Extra = field(factory=Extra)


class WebhookReader(Protocol):
    """Proves and reads what a vendor pushes: pure, no client needed."""

    @abstractmethod
    def webhook(
        self,
        body: bytes,
        headers: Mapping[str, str],
        *,
        secrets: Sequence[Secret],
        now: datetime,
    ) -> WebhookEvent:
        """The event, when one of the secrets signed these very bytes in time.

        Raises:
            Unauthorized: no secret fits, or the message is too old.
            Unreadable: it is proven, but not what the vendor promises.
        """
        ...
