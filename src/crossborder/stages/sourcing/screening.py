"""Screen a product (审核) for others' brands (侵权), counterfeits (假冒) and forbidden goods.

The lists are the user's: brands and forbidden words depend on where one sells. Only a small list
of words by which sellers announce copies is built in.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from attrs import frozen

from crossborder.model.check import checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ids import ProductId, digest
from crossborder.model.product import Product

__all__ = [
    "COUNTERFEIT_WORDS",
    "Finding",
    "FindingKind",
    "Review",
    "ScreeningLists",
    "Verdict",
    "fingerprint",
    "fold",
    "publishable",
    "screen",
]

COUNTERFEIT_WORDS: frozenset[str] = frozenset(
    {"1:1复刻", "A货", "aaa quality", "counterfeit", "knock-off", "knockoff", "mirror quality"}
    | {"replica", "复刻", "山寨", "超A", "高仿", "莆田鞋"}
)
"""Words by which sellers announce a copy."""


class FindingKind(StrEnum):
    """What a word points to."""

    INFRINGEMENT = "infringement"
    COUNTERFEIT = "counterfeit"
    FORBIDDEN = "forbidden"


class Verdict(StrEnum):
    """What a review came to."""

    APPROVED = "approved"
    NEEDS_REVIEW = "needs_review"
    BLOCKED = "blocked"


@frozen(field_transformer=checked)
class ScreeningLists:
    """The words to look for.

    Attributes:
        brands: others' brands.
        forbidden: what may not be sold.
        counterfeit: words that announce a copy.
    """

    brands: frozenset[str] = frozenset()
    forbidden: frozenset[str] = frozenset()
    counterfeit: frozenset[str] = COUNTERFEIT_WORDS


@frozen(field_transformer=checked)
class Finding:
    """One word found.

    Attributes:
        kind: what it points to.
        word: as it stands in the list, folded.
        where: the path of the text, such as `translations.en.title`.
    """

    kind: FindingKind
    word: str
    where: str


@frozen(field_transformer=checked)
class Review:
    """What a reviewer said of a product as it stood then.

    Attributes:
        product_id: the product.
        verdict: approved, blocked, or for a person to look at.
        findings: what was found, in the order of the texts.
        fingerprint: of the product as it was reviewed.
        at: when.
        expires_at: from then on it no longer counts.
        reviewer: `rule`, or who looked at it.
    """

    product_id: ProductId
    verdict: Verdict
    findings: tuple[Finding, ...]
    fingerprint: str
    at: datetime
    expires_at: datetime
    reviewer: str = "rule"


# Small letters of other alphabets that look like a Latin one: Cyrillic, then Greek.
_LOOKALIKES = str.maketrans("авеѕіјкмнорстухԁԛԝαβεικνορτυχ", "abesijkmhopctyxdqwabeikvoptux")
_MARKS = re.compile("[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff]")
_CJK = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_LETTER = rf"[^\W_{_CJK}]"
_MARKUP = re.compile(r"<[^>]*>")


def fold(text: str) -> str:
    """The text as it looks to a reader: width, case, accents and look-alike letters folded.

    >>> fold("ＮІКÉ")
    'nike'
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFKC", _MARKS.sub("", plain).translate(_LOOKALIKES))


def _bounded(word: str) -> str:
    # Chinese has no spaces: a word of it is found anywhere, a Latin one only between boundaries.
    left = rf"(?<!{_LETTER})" if re.match(_LETTER, word[0]) else ""
    right = rf"(?!{_LETTER})" if re.match(_LETTER, word[-1]) else ""
    return f"{left}{re.escape(word)}{right}"


@lru_cache(maxsize=64)
def _pattern(words: frozenset[str]) -> re.Pattern[str] | None:
    folded = sorted({fold(word).strip() for word in words} - {""}, key=lambda w: (-len(w), w))
    # The look-ahead finds words that overlap.
    return re.compile(f"(?=({'|'.join(map(_bounded, folded))}))") if folded else None


def _hits(words: frozenset[str], text: str) -> tuple[str, ...]:
    pattern = _pattern(words)
    found = pattern.finditer(text) if pattern else ()
    return tuple(dict.fromkeys(match.group(1) for match in found))


def _texts(product: Product) -> Iterator[tuple[str, str]]:
    yield "title", product.title
    yield "brand", product.brand or ""
    yield "description_html", _MARKUP.sub(" ", product.description_html)
    for item in product.translations:
        yield f"translations.{item.language}.title", item.title
        yield (
            f"translations.{item.language}.description_html",
            _MARKUP.sub(" ", item.description_html),
        )
    for place, attribute in enumerate(product.attributes):
        yield f"attributes.{place}.value", attribute.value
        yield f"attributes.{place}.value_translated", attribute.value_translated or ""
    for number, sku in enumerate(product.skus):
        for place, option in enumerate(sku.options):
            yield f"skus.{number}.options.{place}.value", option.value
            yield f"skus.{number}.options.{place}.value_translated", option.value_translated or ""


def fingerprint(product: Product) -> str:
    """Thirty-two hex digits of all that a review looks at: its texts and its pictures.

    Prices, stock and tags are not part of it, so they change without a new review.
    """
    texts = [part for where, text in _texts(product) for part in (where, text)]
    images = [part for image in product.images for part in (image.url, image.digest or "")]
    images += [sku.image_url or "" for sku in product.skus]
    return digest(*texts, "images", *images)


def _weigh(findings: tuple[Finding, ...]) -> Verdict:
    if not findings:
        return Verdict.APPROVED
    # "Fits a … phone" in a description is not a use of the brand, but a person should look.
    doubtful = (
        finding.kind is FindingKind.INFRINGEMENT and finding.where.endswith("description_html")
        for finding in findings
    )
    return Verdict.NEEDS_REVIEW if all(doubtful) else Verdict.BLOCKED


@decides("sourcing.screen", 1)
def screen(
    product: Product,
    lists: ScreeningLists,
    *,
    now: datetime,
    valid_for: timedelta = timedelta(days=90),
    authorised: frozenset[str] = frozenset(),
) -> Decision[Review]:
    """Look for listed words in title, brand, descriptions, translations, attributes and options.

    A listed brand, a counterfeit word or a forbidden word blocks. A brand we are `authorised` to
    sell does not; a brand only spoken of in a description is for a person to judge.
    """
    ours = {fold(word) for word in authorised}
    brands = frozenset(word for word in lists.brands if fold(word) not in ours)
    listed = (
        (FindingKind.INFRINGEMENT, brands),
        (FindingKind.COUNTERFEIT, lists.counterfeit),
        (FindingKind.FORBIDDEN, lists.forbidden),
    )
    texts = [(where, fold(text)) for where, text in _texts(product) if text]
    findings = tuple(
        Finding(kind, word, where)
        for where, text in texts
        for kind, words in listed
        for word in _hits(words, text)
    )
    reasons = [
        Reason(item.kind.value, item.where, Extra({"word": item.word, "where": item.where}))
        for item in findings
    ]
    if product.brand:
        own = fold(product.brand)
        facts = Extra({"brand": product.brand})
        if own in ours:
            reasons.append(Reason("brand_authorised", "we may sell this brand", facts))
        elif not any(finding.where == "brand" for finding in findings):
            reasons.append(Reason("brand_not_listed", "the stated brand is on no list", facts))
    verdict = _weigh(findings)
    reasons.append(Reason(verdict.value, "", Extra({"findings": len(findings)})))
    review = Review(product.id, verdict, findings, fingerprint(product), now, now + valid_for)
    event = Event("sourcing.screened", product.id, now, Extra({"verdict": verdict.value}))
    return Decision(review, reasons=tuple(reasons), events=(event,))


def _objection(product: Product, review: Review | None, now: datetime) -> Reason | None:
    if review is None:
        return Reason("no_review", "nobody has reviewed the product")
    if review.product_id != product.id:
        raise refuse(review, "product_id", review.product_id, f"is not {product.id}")
    if review.verdict is not Verdict.APPROVED:
        return Reason("not_approved", review.verdict.value)
    if now >= review.expires_at:
        ended = Extra({"expires_at": review.expires_at.isoformat()})
        return Reason("expired", "the review has grown old", ended)
    if review.fingerprint != fingerprint(product):
        return Reason("changed", "the product was changed after the review")
    return None


@decides("sourcing.publishable", 1)
def publishable(product: Product, review: Review | None, *, now: datetime) -> Decision[bool]:
    """Whether the product may leave for a platform: only as approved, unchanged and in time.

    Raises:
        InvalidValue: the review is of another product.
    """
    objection = _objection(product, review, now)
    return Decision(objection is None, reasons=(objection or Reason("approved"),))
