"""A stand-in for AfterShip: judged by its printed answers, with a memory of what was registered."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crossborder.conversation import Lost, Reply, Request
from crossborder.secret import Secret
from crossborder.testing.contract_transport import (
    ContractTransport,
    Operation,
    Sample,
    SampleBook,
)
from crossborder.testing.play import reply
from crossborder.wire.text import read_json

__all__ = ["KEY", "FakeAfterShip", "sample"]

KEY = Secret("asat_0123456789")
URL = "https://api.aftership.com/tracking/2026-07"


def sample(contracts: Path, name: str) -> Any:
    """A printed answer, numbers exact."""
    path = contracts / "carriers" / "aftership" / f"{name}.json"
    return read_json(path.read_bytes(), source=path.name)


def _book(contracts: Path) -> dict[str, Sample]:
    auth = {"as-api-key"}
    # Only the number is asked for by "Create a tracking"; every part of the query is optional.
    asked = {
        "tracking_number": "RA123456789US",
        "slug": "usps",
        "order_id": "order-1",
        "custom_fields": {"shipment": "parcel-1"},
        "tracking_ship_date": "2026-06-30",
        "last_mile": {"tracking_number": "LX1", "slug": "usps"},
    }
    may = [name for name in asked if name != "tracking_number"]
    query = {
        "limit": "200",
        "tracking_numbers": "RA123456789US,LE123456789US",
        "created_at_min": "2026-03-03T00:00:00+00:00",
        "cursor": "next",
    }
    return {
        "create": Sample(
            "POST",
            "/trackings",
            sample(contracts, "create_tracking_response"),
            json=asked,
            optional=may,
            auth=auth,
            status=201,
        ),
        "list": Sample(
            "GET",
            "/trackings",
            sample(contracts, "list_trackings_response"),
            query=query,
            optional=query,
            auth=auth,
        ),
    }


class FakeAfterShip(ContractTransport):
    """Checks the key, refuses a number that is known at its carrier, and lists a few at a time.

    Answers have the plain form of the newer versions: the parcel stands in `data` itself.

    Attributes:
        registered: number and slug → id; while there is none, the printed page is listed.
        size: parcels on a page.
        lose: how many answers to registrations get lost, after they were taken.
    """

    def __init__(self, contracts: Path, *, size: int = 20) -> None:
        book = SampleBook(_book(contracts), base_url=URL, name="AfterShip")
        super().__init__(book, self._answer_it)
        printed = sample(contracts, "list_trackings_response")["data"]["trackings"][0]
        self._form = sample(contracts, "create_tracking_response")["data"]["tracking"]
        self._checkpoints = printed["checkpoints"]
        self.registered: dict[tuple[str, str], str] = {}
        self.size, self.lose = size, 0

    def _answer_it(
        self, request: Request, operation: Operation
    ) -> Reply | Mapping[str, Any] | None:
        if request.header("as-api-key") != KEY.reveal():
            return reply(401, {"meta": {"code": 401, "message": "Invalid API key."}, "data": {}})
        if operation.id == "list":
            return self._listed(dict(request.query)) if self.registered else None
        return self._create(json.loads(request.content))

    def _create(self, asked: dict[str, Any]) -> Reply:
        number = asked["tracking_number"]
        key = (number, asked.get("slug", "found"))
        if len(number) < 4:
            return self._no(4005, {})
        if key in self.registered:
            return self._no(4003, {"id": self.registered[key], "slug": key[1]})
        self.registered[key] = f"id{len(self.registered)}"
        if self.lose:
            self.lose -= 1
            raise Lost("the answer got lost")
        return reply(201, {"meta": {"code": 201}, "data": self._tracking(key, [])})

    def _no(self, code: int, data: dict[str, Any]) -> Reply:
        meta = {"code": code, "type": "BadRequest", "message": "refused"}
        return reply(400, {"meta": meta, "data": data})

    def _tracking(self, key: tuple[str, str], checkpoints: list[Any]) -> dict[str, Any]:
        own = {"id": self.registered[key], "tracking_number": key[0], "slug": key[1]}
        return {**self._form, **own, "checkpoints": checkpoints}

    def _listed(self, query: dict[str, str]) -> Mapping[str, Any]:
        wanted = query.get("tracking_numbers")
        numbers = None if wanted is None else set(wanted.split(","))
        assert numbers is None or len(numbers) <= 50
        held = [key for key in self.registered if numbers is None or key[0] in numbers]
        start = int(query.get("cursor", "0"))
        end = start + self.size
        more = end < len(held)
        around = {"total": len(held), "next_cursor": str(end), "has_next_page": more}
        shown = [self._tracking(key, self._checkpoints) for key in held[start:end]]
        return {"meta": {"code": 200}, "data": {"pagination": around, "trackings": shown}}
