"""What to do so that the platform shows the draft: nothing, create, update or delist (下架)."""

from enum import StrEnum

from crossborder.model.check import refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.listing import Listing, ListingDraft, ListingStatus

__all__ = ["ChangeKind", "diff"]


class ChangeKind(StrEnum):
    """What there is to do."""

    NOTHING = "nothing"
    CREATE = "create"
    UPDATE = "update"
    DELIST = "delist"


_SEEN = frozenset({ListingStatus.LIVE, ListingStatus.SUBMITTED})


def _hidden(listing: Listing | None) -> tuple[ChangeKind, str]:
    if listing is not None and listing.status in _SEEN:
        return ChangeKind.DELIST, "wanted_gone"
    return ChangeKind.NOTHING, "not_shown"


def _shown(draft: ListingDraft, listing: Listing | None) -> tuple[ChangeKind, str]:
    if listing is None or listing.status is ListingStatus.ENDED:
        return ChangeKind.CREATE, "absent"
    if listing.paused_for == "policy" and listing.status is ListingStatus.PAUSED:
        return ChangeKind.NOTHING, "paused_by_policy"
    if listing.digest != draft.digest:
        return ChangeKind.UPDATE, "changed" if listing.digest else "unknown_digest"
    if listing.status in _SEEN:
        return ChangeKind.NOTHING, "same"
    if listing.status is ListingStatus.REJECTED:
        return ChangeKind.NOTHING, "rejected_as_it_is"
    return ChangeKind.UPDATE, "not_live"


@decides("listing.diff", 1)
def diff(draft: ListingDraft, listing: Listing | None) -> Decision[ChangeKind]:
    """What to do, given what stands on the platform (None: nothing does).

    The same draft on a live listing is nothing to do. A listing that the platform itself paused
    (`paused_for` policy), or rejected with this very draft, waits for a person.

    Raises:
        InvalidValue: the listing is of another key or platform.
    """
    if listing is not None:
        if listing.sku != draft.sku:
            raise refuse(listing, "sku", listing.sku, f"is not {draft.sku}")
        if listing.platform != draft.platform:
            raise refuse(listing, "platform", listing.platform, f"is not {draft.platform}")
    kind, code = _shown(draft, listing) if draft.live else _hidden(listing)
    status = None if listing is None else listing.status.value
    facts = Extra({"status": status, "draft": draft.digest, "sent": listing and listing.digest})
    return Decision(kind, reasons=(Reason(code, kind.value, facts),))
