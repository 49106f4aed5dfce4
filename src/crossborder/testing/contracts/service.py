"""The suite for inboxes."""

from abc import abstractmethod
from datetime import datetime, timedelta

from crossborder.model.outcome import Done
from crossborder.model.ticket import Author, Message, Ticket
from crossborder.testing.contracts.once import Deed, Far, OnceContract

__all__ = ["InboxContract"]


class InboxContract(OnceContract):
    """`Inbox`: the far end holds threads over at least two pages.

    The far end counts a sent message as the effect `message`.
    """

    @abstractmethod
    def since(self) -> datetime:
        """A time before the first message."""

    def deeds(self) -> tuple[Deed, ...]:
        """An answer must be sent once."""
        return (
            Deed(
                "reply",
                lambda far: far.adapter.reply(self._threads(far)[0], self._message(far)),
                "message",
            ),
        )

    def _message(self, far: Far) -> Message:
        return Message("answer-1", Author.AUTOMATIC, "It is on its way.", far.now, "en")

    def _threads(self, far: Far) -> list[Ticket]:
        client = self._client(far, far.transport, None)
        return list(client.items(far.adapter.tickets(since=self.since())))

    def test_every_thread_comes_once_over_all_pages(self) -> None:
        far = self.far()
        client = self._client(far, far.transport, None)
        pages = list(client.pages(far.adapter.tickets(since=self.since())))
        ids = [ticket.id for page in pages for ticket in page.items]
        assert len(pages) > 1, "the far end must hold more than one page"
        assert len(ids) == len(set(ids))

    def test_threads_without_news_stay_away(self) -> None:
        far = self.far()
        page = self.run(far, far.adapter.tickets(since=far.now + timedelta(days=400)))
        assert page.items == ()

    def test_an_answer_stands_on_its_thread(self) -> None:
        far = self.far()
        thread = self._threads(far)[0]
        outcome = self.run(far, far.adapter.reply(thread, self._message(far)))
        assert isinstance(outcome, Done), outcome
        seen = next(item for item in self._threads(far) if item.id == thread.id)
        assert seen.messages[-1].text == self._message(far).text
