"""The product library (产品库): translations and tags come in, a person's words stay."""

from datetime import datetime

from attrs import evolve

from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.product import Product, Tag, Translation

__all__ = ["enter", "untranslated"]

_PERSON = "person"


def untranslated(product: Product, languages: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the languages in which the product has no words yet, each once, in their order."""
    missing = (
        language
        for language in languages
        if language != product.language and product.translated(language) is None
    )
    return tuple(dict.fromkeys(missing))


def _judge(old: Translation | None, new: Translation, now: datetime) -> Reason:
    """Whether the new words are taken (`translated`, `retranslated`) or why not."""
    facts = Extra({"language": new.language, "source": new.source})
    if old is None:
        return Reason("translated", "a new language", facts)
    if (old.title, old.description_html, old.source) == (
        new.title,
        new.description_html,
        new.source,
    ):
        return Reason("translation_known", "the same words", facts)
    if old.source == _PERSON and new.source != _PERSON:
        return Reason("person_kept", "a person's words are not replaced by a machine's", facts)
    if new.source == _PERSON and old.source != _PERSON:
        return Reason("retranslated", "a person's words replace a machine's", facts)
    if old.at is not None and (new.at or now) < old.at:
        return Reason("translation_older", "newer words stand there", facts)
    return Reason("retranslated", "newer words", facts)


@decides("inventory.enter", 1)
def enter(
    product: Product,
    translations: tuple[Translation, ...],
    *,
    tags: tuple[Tag, ...] = (),
    now: datetime,
) -> Decision[Product]:
    """The product with more translations and tags.

    A translation whose `source` is `person` is never overwritten by a machine's; between equals
    the newer one stands. A translation without a time counts as made at `now`.
    """
    words = {item.language: item for item in product.translations}
    reasons = []
    for item in translations:
        reason = _judge(words.get(item.language), item, now)
        reasons.append(reason)
        if reason.code in ("translated", "retranslated"):
            words[item.language] = item if item.at is not None else evolve(item, at=now)
    filed = {tag.name: tag for tag in product.tags}
    for tag in tags:
        if tag.name not in filed:
            filed[tag.name] = tag
            reasons.append(Reason("tagged", tag.source, Extra({"tag": tag.name})))
    entered = evolve(product, translations=tuple(words.values()), tags=tuple(filed.values()))
    if entered == product:
        return Decision(product, reasons=(*reasons, Reason("unchanged", "nothing new")))
    languages = Extra({"languages": tuple(words)})
    event = Event("inventory.entered", product.id, now, languages)
    return Decision(entered, reasons=tuple(reasons), events=(event,))
