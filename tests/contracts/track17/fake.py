"""A stand-in for 17TRACK: judged by its printed answers, with a memory of what was registered."""

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

__all__ = ["KEY", "FakeTrack17", "sample"]

KEY = Secret("123456ABCDEF")
URL = "https://api.17track.net/track/v2.4"


def sample(contracts: Path, name: str) -> Any:
    """A printed answer, numbers exact."""
    path = contracts / "china" / "logistics" / f"17track_v24_{name}.json"
    return read_json(path.read_bytes(), source=path.name)


def _book(contracts: Path) -> dict[str, Sample]:
    def post(path: str, name: str, asked: Any, *optional: str) -> Sample:
        answer = sample(contracts, name)
        return Sample("POST", path, answer, json=asked, optional=optional, auth={"17token"})

    number = [{"number": "AA123456789BR", "carrier": 2151}]
    full = [{**number[0], "tag": "order-1042", "order_no": "86574382938"}]
    # Only the number is asked for by the v2.4 document; pages of a list begin with 1.
    return {
        "register": post("/register", "register_mixed", full, "carrier", "tag", "order_no"),
        "info": post("/gettrackinfo", "gettrackinfo_correios_2151", number, "carrier"),
        "stop": post("/stoptrack", "register_mixed", number, "carrier"),
        "retrack": post("/retrack", "register_mixed", number, "carrier"),
        "list": post("/gettracklist", "gettracklist_page", {"page_no": 1}, "number"),
        "quota": post("/getquota", "getquota", []),
    }


class FakeTrack17(ContractTransport):
    """Checks the key and the size of a call, and spends a credit for each new number.

    Attributes:
        registered: number → tracking or stopped; while there is none, the printed page is listed.
        credits: left.
        lose: how many answers to registrations get lost, after they were taken.
    """

    def __init__(self, contracts: Path, *, credits: int = 100) -> None:
        book = SampleBook(_book(contracts), base_url=URL, name="17TRACK")
        super().__init__(book, self._answer_it)
        self._page = sample(contracts, "gettracklist_page")
        self._events = sample(contracts, "gettrackinfo_correios_2151")["data"]["accepted"][0]
        self.registered: dict[str, str] = {}
        self.credits = credits
        self.lose = 0

    def _answer_it(
        self, request: Request, operation: Operation
    ) -> Reply | Mapping[str, Any] | None:
        if request.header("17token") != KEY.reveal():
            return reply(401, {"code": -18010002, "data": {}})
        if operation.id == "quota":
            return None
        asked = json.loads(request.content)
        if operation.id == "list":
            return self._listed(asked["page_no"]) if self.registered else None
        if len(asked) > 40:
            return {"code": -18010014, "data": {}}
        accepted, rejected = [], []
        for one in asked:
            code = self._refusal(operation.id, one["number"])
            if code:
                error = {"code": code, "message": "refused"}
                rejected.append({"number": one["number"], "carrier": 0, "error": error})
            else:
                accepted.append(self._take(operation.id, one))
        if operation.id == "register" and self.lose:
            self.lose -= 1
            raise Lost("the answer got lost")
        return {"code": 0, "data": {"accepted": accepted, "rejected": rejected}}

    def _listed(self, place: int) -> Mapping[str, Any]:
        numbers = list(self.registered)
        shown = numbers[40 * (place - 1) : 40 * place]
        pages = -(-len(numbers) // 40)
        form = self._page["data"]["accepted"][0]
        return {
            **self._page,
            "page": {**self._page["page"], "page_total": pages, "page_no": place},
            "data": {"accepted": [{**form, "number": number} for number in shown]},
        }

    def _refusal(self, operation: str, number: str) -> int:
        state = self.registered.get(number)
        if operation == "register":
            taken = -18019901 if state else 0
            short = -18010012 if len(number) < 5 else 0
            return taken or short or (0 if self.credits else -18019908)
        if state is None:
            return -18019902
        wrong = {("stop", "stopped"): -18019906, ("retrack", "tracking"): -18019904}
        return wrong.get((operation, state), 0)

    def _take(self, operation: str, one: dict[str, Any]) -> dict[str, Any]:
        if operation == "info":
            return {**self._events, **one}
        if operation == "register":
            self.credits -= 1
        self.registered[one["number"]] = "stopped" if operation == "stop" else "tracking"
        return {"origin": 2, "number": one["number"], "carrier": one.get("carrier", 2151)}
