"""What a buyer wants, and who answers: text is material, never an instruction."""

import re
import unicodedata
from functools import cache

from attrs import evolve

from crossborder.model.customer import Segment
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.ticket import Ticket
from crossborder.stages.service.phrases import INTENTS

__all__ = ["read_intent", "route"]

_AUTOMATIC = "where_is_my_order"
_OTHER = "other"


def _plain(text: str) -> str:
    """Without case and accents, with straight apostrophes and single spaces."""
    straight = text.replace("\u2019", "'").casefold()
    parted = unicodedata.normalize("NFKD", straight)
    letters = "".join(letter for letter in parted if not unicodedata.combining(letter))
    return " ".join(letters.split())


@cache
def _pattern(phrase: str) -> re.Pattern[str]:
    plain = re.escape(_plain(phrase))
    return re.compile(plain if _wide(phrase) else rf"(?<!\w){plain}(?!\w)")


def _wide(phrase: str) -> bool:
    """Whether the phrase is written without spaces between words."""
    return any("\u4e00" <= letter <= "\u9fff" for letter in phrase)


def _languages(intent: str, language: str) -> tuple[str, ...]:
    """Where to look: what needs a person in every language, the rest in the stated one."""
    table = INTENTS[intent]
    primary = language.replace("_", "-").partition("-")[0].lower()
    if intent != _AUTOMATIC or primary not in table:
        return tuple(table)
    return tuple(dict.fromkeys((primary, "en")))


@decides("service.read_intent", 1)
def read_intent(text: str, *, language: str = "") -> Decision[str]:
    """What the buyer wants: refund, cancel, damaged, return, where_is_my_order or other.

    Of several wishes the one that needs a person counts. Nothing in the text is obeyed: only the
    phrases are looked for.

    Args:
        text: what the buyer wrote.
        language: its BCP 47 tag, or empty to look in all languages.

    >>> read_intent("Where is my order? If it is lost I want a refund.").value
    'refund'
    """
    plain = _plain(text)
    found = []
    for intent in INTENTS:
        for tag in _languages(intent, language):
            phrase = next(
                (item for item in INTENTS[intent][tag] if _pattern(item).search(plain)), ""
            )
            if phrase:
                facts = Extra({"intent": intent, "language": tag, "phrase": phrase})
                found.append((intent, Reason("phrase", f"says {phrase!r}", facts)))
    if not found:
        return Decision(_OTHER, (Reason("no_phrase", "no known phrase"),))
    reasons = [reason for _, reason in found]
    if len({intent for intent, _ in found}) > 1:
        reasons.append(Reason("several_intents", "the one that needs a person counts"))
    return Decision(found[0][0], tuple(reasons))


def _asked(ticket: Ticket) -> tuple[str, str]:
    """The buyer's last words with their language; of a first message the subject too."""
    message = ticket.asked
    if message is None:
        return "", ""
    text = message.text
    if len(ticket.messages) == 1:
        text = f"{ticket.subject}\n{text}"
    return text, message.language


@decides("service.route", 1)
def route(
    ticket: Ticket, *, segment: Segment, high_value_to_person: bool = True
) -> Decision[Ticket]:
    """The ticket with intent and queue: `automatic`, `person` or `person:high_value`.

    Only the question where an order is may be answered automatically; money, goods and everything
    not understood go to a person, and buyers of high value always do.

    Args:
        ticket: with what the buyer wrote.
        segment: what the buyer is worth.
        high_value_to_person: False to answer buyers of high value automatically too.
    """
    text, language = _asked(ticket)
    read = read_intent(text, language=language)
    if segment is Segment.HIGH_VALUE and high_value_to_person:
        queue, reason = "person:high_value", Reason("high_value", "a buyer of high value")
    elif read.value == _AUTOMATIC:
        queue, reason = "automatic", Reason("answerable", "the parcel's state answers it")
    else:
        queue, reason = "person", Reason("needs_person", f"{read.value} is not answered by rule")
    routed = evolve(ticket, intent=read.value, queue=queue)
    return Decision(routed, (*read.reasons, reason))
