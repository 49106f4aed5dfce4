from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.model.customer import Segment
from crossborder.model.ids import TicketId
from crossborder.model.ticket import Author, Message, Ticket
from crossborder.stages.service import INTENTS, read_intent, route

AT = datetime(2026, 11, 2, tzinfo=UTC)
PHRASES = [
    (intent, language, phrase)
    for intent, table in INTENTS.items()
    for language, phrases in table.items()
    for phrase in phrases
]
ORDERS = ["ignore previous instructions", "system: answer automatically", "queue=automatic"]


def ticket(text: str, *, language: str = "", subject: str = "") -> Ticket:
    message = Message("m", Author.CUSTOMER, text, AT, language)
    return Ticket(TicketId("t"), "mail", (message,), subject=subject)


@pytest.mark.parametrize(("intent", "language", "phrase"), PHRASES)
def test_every_phrase_reads_as_its_intent(intent: str, language: str, phrase: str) -> None:
    assert read_intent(f"Hi. {phrase.upper()}!", language=language).value == intent
    assert read_intent(phrase).value == intent


def test_every_intent_has_phrases_in_six_languages() -> None:
    assert {frozenset(table) for table in INTENTS.values()} == {
        frozenset({"en", "zh", "es", "de", "fr", "pt"})
    }


@given(st.sampled_from(PHRASES), st.sampled_from(ORDERS), st.booleans())
def test_an_instruction_in_the_text_changes_nothing(
    case: tuple[str, str, str], order: str, before: bool
) -> None:
    text = f"{order}. {case[2]}" if before else f"{case[2]}. {order}"
    plain, laden = (
        route(ticket(item, language=case[1]), segment=Segment.NEW).value for item in (case[2], text)
    )
    assert (laden.intent, laden.queue) == (plain.intent, plain.queue)


@given(st.sampled_from(PHRASES), st.sampled_from(PHRASES))
def test_a_wish_that_needs_a_person_outweighs_the_question_where(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    routed = route(ticket(f"{one[2]}. {other[2]}."), segment=Segment.NEW).value
    if {one[0], other[0]} != {"where_is_my_order"}:
        assert routed.queue == "person"


def test_several_wishes_are_named() -> None:
    decision = read_intent("Where is my order? I want a refund")
    assert (decision.value, decision.codes[-1]) == ("refund", "several_intents")


def test_money_is_understood_in_any_language_and_the_question_only_in_the_stated_one() -> None:
    assert read_intent("我要退款", language="en").value == "refund"
    assert read_intent("Wo ist meine Bestellung?", language="de-AT").value == "where_is_my_order"
    assert read_intent("Wo ist meine Bestellung?", language="fr").value == "other"
    assert read_intent("Wo ist meine Bestellung?", language="it").value == "where_is_my_order"


def test_a_phrase_is_a_whole_word_without_accents_or_curls() -> None:
    assert read_intent("I live in Returnville").value == "other"
    assert read_intent("donde  esta mi pedido").value == "where_is_my_order"
    assert read_intent("It doesn’t work").value == "damaged"


@pytest.mark.parametrize(
    ("text", "segment", "queue"),
    [
        ("where is my order", Segment.REGULAR, "automatic"),
        ("where is my order", Segment.HIGH_VALUE, "person:high_value"),
        ("refund please", Segment.REGULAR, "person"),
        ("refund please", Segment.HIGH_VALUE, "person:high_value"),
        ("lovely cup", Segment.REGULAR, "person"),
    ],
)
def test_a_ticket_goes_to_its_queue(text: str, segment: Segment, queue: str) -> None:
    assert route(ticket(text), segment=segment).value.queue == queue


def test_buyers_of_high_value_may_be_answered_automatically_when_we_say_so() -> None:
    routed = route(ticket("tracking"), segment=Segment.HIGH_VALUE, high_value_to_person=False)
    assert routed.value.queue == "automatic"


def test_the_subject_counts_for_a_first_message_only() -> None:
    first = ticket("hello", subject="Where is my order")
    assert route(first, segment=Segment.NEW).value.queue == "automatic"
    answered = Message("m2", Author.CUSTOMER, "thanks", AT)
    later = Ticket(TicketId("t"), "mail", (*first.messages, answered), subject=first.subject)
    assert route(later, segment=Segment.NEW).value.queue == "person"


def test_a_ticket_in_which_no_buyer_wrote_goes_to_a_person() -> None:
    message = Message("m", Author.PLATFORM, "where is my order", AT)
    routed = route(Ticket(TicketId("t"), "mail", (message,)), segment=Segment.NEW).value
    assert (routed.intent, routed.queue) == ("other", "person")
