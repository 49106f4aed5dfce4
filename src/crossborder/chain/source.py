"""From an offer to the library: normalised, translated, reviewed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from attrs import frozen

from crossborder.chain.terms import Terms
from crossborder.conversation import Steps, flow, work
from crossborder.model.decision import Decision
from crossborder.model.ids import Ref
from crossborder.model.product import Product, Translation
from crossborder.model.supply import SupplierOffer
from crossborder.protocols.sourcing import OfferSource
from crossborder.stages import inventory, sourcing

__all__ = ["Entered", "Translate", "source"]


@frozen
class Entered:
    """A product in the library.

    Attributes:
        product: as we hold it.
        offer: the terms it can be bought on.
        review: whether it may be published.
        decisions: made on the way, by stage.
    """

    product: Product
    offer: SupplierOffer
    review: sourcing.Review
    decisions: tuple[tuple[int, Decision[Any]], ...]


Translate = Callable[[Product, str], Translation]
"""Makes title and description of a product in a language; it must bear being asked twice."""


@flow
def source(
    offers: OfferSource,
    ref: Ref,
    *,
    terms: Terms,
    translations: tuple[Translation, ...] = (),
    translate: Translate | None = None,
    now: datetime,
) -> Steps[Entered]:
    """Take an offer into the library.

    Args:
        offers: where it is read.
        ref: the platform's id of it.
        terms: the seller's.
        translations: made before; the platform's own come with the offer.
        translate: asked, in a step of its own, when title or description is missing in the
            seller's language: a service, a model, a person's desk.
        now: the time of observation.
    """
    found = yield from offers.offer(ref, language=terms.language, now=now)
    normal = sourcing.normalise(found.product, found.offer, now=now)
    if translate is not None and not _complete(normal.value, translations, terms.language):
        made = yield from work("translate", translate, normal.value, terms.language)
        translations = (*translations, made)
    entry = inventory.enter(normal.value, translations, tags=terms.tags, now=now)
    review = sourcing.screen(entry.value, terms.lists, now=now, authorised=terms.authorised)
    return Entered(entry.value, found.offer, review.value, ((1, normal), (1, review), (2, entry)))


def _complete(product: Product, translations: tuple[Translation, ...], language: str) -> bool:
    known = (*translations, *product.translations)
    return product.language == language or any(
        item.language == language and item.description_html for item in known
    )
