"""A stand-in for EasyPost: judged by its printed answers, with a memory of its trackers."""

import json
from base64 import b64encode
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

__all__ = ["KEY", "FakeEasyPost", "sample"]

KEY = Secret("EZAK0123456789")
URL = "https://api.easypost.com/v2"


def sample(contracts: Path, name: str) -> Any:
    """A printed answer, numbers exact."""
    path = contracts / "carriers" / "easypost" / f"{name}.json"
    return read_json(path.read_bytes(), source=path.name)


def _book(contracts: Path) -> dict[str, Sample]:
    auth = {"Authorization"}
    asked = {"tracker": {"tracking_code": "EZ1000000001", "carrier": "USPS"}}
    query = {
        "tracking_code": "EZ1000000001",
        "carrier": "USPS",
        "page_size": "100",
        "before_id": "trk_1",
        "start_datetime": "2026-06-01T00:00:00+00:00",
        "end_datetime": "2026-07-01T00:00:00+00:00",
    }
    return {
        "create": Sample(
            "POST",
            "/trackers",
            sample(contracts, "trackers_create"),
            json=asked,
            optional=["tracker.carrier"],
            auth=auth,
        ),
        "list": Sample(
            "GET",
            "/trackers",
            sample(contracts, "trackers_list"),
            query=query,
            optional=query,
            auth=auth,
        ),
        "get": Sample("GET", "/trackers/{id}", sample(contracts, "trackers_retrieve"), auth=auth),
    }


class FakeEasyPost(ContractTransport):
    """Checks the key, makes trackers and lists them, the newest first.

    Attributes:
        trackers: id → number and carrier, oldest first; while there is none, the printed page is
            listed.
        test_mode: then one number gets two trackers, where production answers with the first.
        size: trackers on a page at most.
        lose: how many answers to new trackers get lost, after they were made.
    """

    def __init__(self, contracts: Path, *, test_mode: bool = True, size: int = 20) -> None:
        book = SampleBook(_book(contracts), base_url=URL, name="EasyPost")
        super().__init__(book, self._answer_it)
        self._form = sample(contracts, "trackers_create")
        self._refusal = sample(contracts, "error_response")
        self.trackers: dict[str, tuple[str, str]] = {}
        self.test_mode, self.size, self.lose = test_mode, size, 0

    def _answer_it(
        self, request: Request, operation: Operation
    ) -> Reply | Mapping[str, Any] | None:
        basic = b64encode(f"{KEY.reveal()}:".encode()).decode()
        if request.header("Authorization") != f"Basic {basic}":
            error = {"code": "APIKEY.INACTIVE", "message": "This api key is no longer active."}
            return reply(401, {"error": error})
        if operation.id == "create":
            return self._create(json.loads(request.content)["tracker"])
        if operation.id == "get":
            id_ = request.url.rpartition("/")[2]
            if id_ in self.trackers:
                return self._tracker(id_)
            return reply(404, {"error": {"code": "NOT_FOUND", "message": "not found"}})
        return self._listed(dict(request.query)) if self.trackers else None

    def _create(self, asked: dict[str, Any]) -> Reply | Mapping[str, Any]:
        key = (asked["tracking_code"], asked.get("carrier", "USPS"))
        if len(key[0]) < 5:
            return reply(422, self._refusal)
        standing = next((id_ for id_, held in self.trackers.items() if held == key), None)
        if standing is None or self.test_mode:
            standing = f"trk_{len(self.trackers)}"
            self.trackers[standing] = key
        if self.lose:
            self.lose -= 1
            raise Lost("the answer got lost")
        return self._tracker(standing)

    def _tracker(self, id_: str) -> Mapping[str, Any]:
        number, carrier = self.trackers[id_]
        return {**self._form, "id": id_, "tracking_code": number, "carrier": carrier}

    def _listed(self, query: dict[str, str]) -> Mapping[str, Any]:
        wanted = {query[name] for name in ("tracking_code", "carrier") if name in query}
        held = [id_ for id_, key in reversed(self.trackers.items()) if wanted <= set(key)]
        start = held.index(query["before_id"]) + 1 if "before_id" in query else 0
        end = start + min(self.size, int(query["page_size"]))
        shown = [self._tracker(id_) for id_ in held[start:end]]
        return {"trackers": shown, "has_more": end < len(held)}
