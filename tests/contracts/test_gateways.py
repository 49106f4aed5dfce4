"""The vectors of the Alibaba family's gateways, made by the vendors' own SDKs."""

import json
from pathlib import Path
from typing import Any

import pytest

from crossborder.errors import InvalidValue, MissingCredential
from crossborder.secret import Secret
from crossborder.wire.gateways import iop, top
from where import contracts_root

pytestmark = pytest.mark.contracts


def vectors(section: str) -> list[dict[str, Any]]:
    path = Path(contracts_root()) / "china" / "signing_vectors.json"
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))[section]["vectors"]
    assert found
    return found


def test_every_top_vector_is_signed_exactly() -> None:
    for vector in vectors("top"):
        secret = Secret(vector["app_secret"])
        signed = top(vector["params"], secret, method=vector["sign_method"])
        assert signed == vector["signature"], vector["id"]


def test_every_iop_vector_is_signed_exactly() -> None:
    for vector in vectors("iop"):
        signed = iop(vector["api"], vector["params"], Secret(vector["app_secret"]))
        assert signed == vector["signature"], vector["id"]


def test_an_unknown_method_and_an_empty_secret_are_refused() -> None:
    with pytest.raises(InvalidValue, match="sign_method"):
        top({}, Secret("s"), method="crc32")
    with pytest.raises(MissingCredential):
        iop("/auth/token/create", {}, Secret(""))
