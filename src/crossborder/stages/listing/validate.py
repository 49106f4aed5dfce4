"""Check a draft against the platform's rules before anything is sent."""

import re
from collections.abc import Iterator

from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.listing import ListingDraft, ListingRules
from crossborder.model.outcome import Problem

__all__ = ["validate"]

_OF_DRAFT = ("brand", "category", "description_html", "images", "tags")
_OF_VARIANT = ("barcode", "weight")


def _sizes(draft: ListingDraft, rules: ListingRules) -> Iterator[Problem]:
    options = {option.name for variant in draft.variants for option in variant.options}
    for code, field, found, limit in (
        ("title_too_long", "title", len(draft.title), rules.max_title),
        ("too_many_variants", "variants", len(draft.variants), rules.max_variants),
        ("too_many_images", "images", len(draft.images), rules.max_images),
        ("too_many_options", "variants.options", len(options), rules.max_options),
    ):
        if found > limit:
            facts = Extra({"found": found, "limit": limit})
            yield Problem(code, f"{found}, at most {limit} are accepted", field, extra=facts)


def _accepted(draft: ListingDraft, rules: ListingRules) -> Iterator[Problem]:
    # A platform that names `en` takes `en-GB` as well.
    if rules.languages and not {draft.language, draft.language.split("-")[0]} & rules.languages:
        text = f"{draft.language} is not among {', '.join(sorted(rules.languages))}"
        yield Problem("language_not_accepted", text, "language")
    for place, variant in enumerate(draft.variants):
        field, price = f"variants.{place}.price", variant.price
        if rules.currencies and price.currency not in rules.currencies:
            text = f"{price.currency} is not among {', '.join(sorted(rules.currencies))}"
            yield Problem("currency_not_accepted", text, field)
        elif rules.min_price is not None and price.currency != rules.min_price.currency:
            text = f"the lowest price is stated in {rules.min_price.currency}"
            yield Problem("currency_not_accepted", text, field)
        elif rules.min_price is not None and price < rules.min_price:
            yield Problem("price_too_low", f"{price} is under {rules.min_price}", field)


def _missing(draft: ListingDraft, rules: ListingRules) -> Iterator[Problem]:
    for name in sorted(rules.required):
        if name in _OF_VARIANT:
            for place, variant in enumerate(draft.variants):
                if getattr(variant, name) is None:
                    yield Problem("missing", f"{name} must be stated", f"variants.{place}.{name}")
        elif name in _OF_DRAFT:
            if not getattr(draft, name):
                yield Problem("missing", f"{name} must be stated", name)
        elif not draft.attributes.get(name):
            yield Problem("missing", f"{name} must be stated", f"attributes.{name}")


def _words(draft: ListingDraft, rules: ListingRules) -> Iterator[Problem]:
    title = draft.title.casefold()
    for word in sorted(rules.forbidden_words):
        # A Latin word counts whole, a Chinese one anywhere, as Chinese has no spaces.
        pattern = re.escape(word.casefold())
        if word.isascii():
            pattern = rf"(?<![a-z0-9]){pattern}(?![a-z0-9])"
        found = re.search(pattern, title)
        if found:
            span = Extra({"word": word, "start": found.start(), "end": found.end()})
            yield Problem("forbidden_word", f"{word} may not stand here", "title", extra=span)


@decides("listing.validate", 1)
def validate(draft: ListingDraft, rules: ListingRules) -> Decision[tuple[Problem, ...]]:
    """All that the platform would refuse in the draft, each with code and field; empty is fine.

    Of the required names, `brand`, `category`, `description_html`, `images` and `tags` are parts
    of the draft, `barcode` and `weight` of each variant, all others attributes.
    """
    checks = (_sizes, _accepted, _missing, _words)
    problems = tuple(problem for check in checks for problem in check(draft, rules))
    reasons = tuple(
        Reason(problem.code, problem.text, Extra({"field": problem.field})) for problem in problems
    )
    return Decision(problems, reasons=reasons or (Reason("fine", "every rule is kept"),))
