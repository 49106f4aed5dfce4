"""An Amazon with state, behind its published model: tokens, pages that end, stock by bucket."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from attrs import define, field

from crossborder.conversation import Reply, Request
from crossborder.secret import Secret
from crossborder.testing.contract_transport import (
    ContractTransport,
    OpenApiContract,
    Operation,
    Sample,
    SampleBook,
)
from crossborder.testing.play import reply
from crossborder.wire.dates import instant

__all__ = ["CLIENT", "MARKETPLACE", "REFRESH", "SECRET", "FakeAmazon", "model", "summary"]

CLIENT, SECRET, REFRESH = "amzn1.client", Secret("client-s3cret"), Secret("Atzr|refresh")
MARKETPLACE = "A1PA6795UKMFR9"
_RATE = {"x-amzn-RateLimit-Limit": "2.0", "x-amzn-RequestId": "r-1"}


def model(contracts: Path) -> Path:
    """The published FBA inventory model."""
    folder: Path = contracts / "amazon" / "models" / "fba-inventory-api-model"
    return folder / "fbaInventory.json"


def summary(sku: str, changed: str, **details: Any) -> dict[str, Any]:
    """One SKU: five fulfillable pieces and what is given."""
    return {
        "asin": "B00001ABCD",
        "fnSku": "X001ABCDEF",
        "sellerSku": sku,
        "condition": "NewItem",
        "inventoryDetails": {"fulfillableQuantity": 5, **details},
        "lastUpdatedTime": changed,
        "productName": "Cup",
        "totalQuantity": 5,
        "stores": [],
    }


def _token_book() -> SampleBook:
    asked = {"grant_type": "refresh_token", "refresh_token": "xxx"}
    proof = {"client_id": "xxx", "client_secret": "xxx"}
    answer = {"access_token": "xxx", "token_type": "bearer", "expires_in": 3600}
    sample = Sample("POST", "/auth/o2/token", answer, form={**asked, **proof})
    return SampleBook({"token": sample}, base_url="https://api.amazon.com", name="login")


@define
class FakeAmazon:
    """Answers as Amazon does, a page of two SKUs at a time.

    Attributes:
        region: where it is asked.
        stock: the summaries, in the order of the list.
        tokens: every access token given out; only the last one is good.
        denied: whether the seller has taken back the consent.
    """

    region: str = "eu"
    stock: list[dict[str, Any]] = field(factory=list)
    tokens: list[str] = field(factory=list)
    denied: bool = False

    def transport(self, contracts: Path) -> ContractTransport:
        """The fake behind Amazon's model and the token endpoint's sample."""
        inventory = OpenApiContract.load(
            model(contracts),
            base_url=f"https://sellingpartnerapi-{self.region}.amazon.com",
            auth_headers=("x-amz-access-token",),
        )
        return ContractTransport([inventory, _token_book()], self.answer)

    def answer(self, request: Request, operation: Operation) -> Reply | Mapping[str, Any]:
        """One reply."""
        if operation.id == "token":
            return self._token(operation.body)
        if not self.tokens or request.header("x-amz-access-token") != self.tokens[-1]:
            return _refused(403, "Unauthorized", "The access token you provided has expired.")
        return self._page(operation.query)

    def _token(self, asked: Mapping[str, Any]) -> Reply | Mapping[str, Any]:
        good = {
            "grant_type": "refresh_token",
            "refresh_token": REFRESH.reveal(),
            "client_id": CLIENT,
            "client_secret": SECRET.reveal(),
        }
        if asked != good or self.denied:
            return reply(400, {"error": "invalid_grant", "error_description": "not authorised"})
        self.tokens.append(f"Atza|{len(self.tokens)}")
        return {"access_token": self.tokens[-1], "token_type": "bearer", "expires_in": 3600}

    def _page(self, query: Mapping[str, Any]) -> Reply:
        place = query["granularityId"]
        assert query["marketplaceIds"] == [place]
        assert query["details"] is True
        found = self.stock
        since = query.get("startDateTime", "")
        if since:
            found = [item for item in found if _changed(item) > instant(since, **_FROM)]
        token = query.get("nextToken", f"0/{since}")
        start, _, first = token.partition("/")
        if first != since:
            return _refused(400, "InvalidInput", "Next token is not valid for these parameters")
        rest = found[int(start) :]
        body: dict[str, Any] = {
            "payload": {
                "granularity": {"granularityType": "Marketplace", "granularityId": place},
                "inventorySummaries": rest[:2],
            }
        }
        if len(rest) > 2:
            body["pagination"] = {"nextToken": f"{int(start) + 2}/{since}"}
        return reply(200, body, headers=_RATE)


_FROM: dict[str, Any] = {"field": "startDateTime", "source": "fake"}


def _changed(item: Mapping[str, Any]) -> datetime:
    return instant(item["lastUpdatedTime"], **_FROM)


def _refused(status: int, code: str, message: str) -> Reply:
    body = {"errors": [{"code": code, "message": message, "details": ""}]}
    return reply(status, body, headers=_RATE)
