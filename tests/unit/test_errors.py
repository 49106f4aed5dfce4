import inspect
import pickle
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder import errors
from crossborder.conversation import Request
from crossborder.errors import (
    CrossborderError,
    InvalidValue,
    KeyReused,
    OutcomeUnknown,
    SetupError,
    Throttled,
    VendorError,
)
from crossborder.model.outcome import Problem
from crossborder.secret import MASK, Secret

KINDS = [getattr(errors, name) for name in errors.__all__]
VENDOR: dict[str, Any] = {
    "vendor": "shopify",
    "account": "demo",
    "operation": "orders.list",
    "status": 503,
    "request_id": "req-7",
    "retryable": True,
    "raw": "it is broken",
    "problems": (Problem("broken", "for now"),),
}
REQUEST = Request(
    "POST",
    "https://shop.test/orders",
    [("access_token", "hunter2"), ("page", "2")],
    {"Authorization": "Bearer hunter2", "Accept": "*/*"},
    b'{"password":"hunter2"}',
)


def _made(kind: type[CrossborderError]) -> CrossborderError:
    fields: dict[str, Any] = {}
    if issubclass(kind, InvalidValue):
        fields = {"field": "lines.0.price", "value": -1, "source": "Order"}
    elif issubclass(kind, VendorError):
        fields = dict(VENDOR)
        if kind is Throttled:
            fields["retry_after"] = 2.5
        if kind is OutcomeUnknown:
            fields |= {"key": "order/1/place", "request": REQUEST, "fresh": False}
    elif issubclass(kind, SetupError):
        fields = {"name": "shopfy"}
    return kind("went wrong", **fields)


def _drawn() -> Iterator[tuple[str, str | None]]:
    """Each class of the drawn tree with its parent, read from the indentation."""
    text = re.search(r"```text\n(.*?)```", errors.__doc__ or "", re.DOTALL)
    assert text is not None
    above: dict[int, str] = {}
    for line in text[1].splitlines():
        found = re.search(r"[A-Z]\w+", line)
        assert found is not None, line
        above[found.start()] = found[0]
        parents = [column for column in above if column < found.start()]
        yield found[0], above[max(parents)] if parents else None
        for column in [column for column in above if column > found.start()]:
            del above[column]


def test_the_drawn_tree_is_the_tree_of_the_classes() -> None:
    real = {
        (kind.__name__, None if kind is CrossborderError else kind.__mro__[1].__name__)
        for kind in KINDS
    }
    drawn = list(_drawn())
    assert len(drawn) == len(KINDS)
    assert set(drawn) == real


def test_every_error_class_of_the_module_is_public() -> None:
    found = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, CrossborderError)
    }
    assert found == set(errors.__all__)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_survives_a_pickle_with_all_its_fields(kind: type[CrossborderError]) -> None:
    error = _made(kind)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(error, protocol))
        assert type(again) is kind
        assert vars(again) == vars(error)
        assert str(again) == str(error)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_fields_of_an_error_are_keyword_only(kind: Any) -> None:
    with pytest.raises(TypeError):
        kind("went wrong", "lines")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_documents_every_field_it_adds(kind: type[CrossborderError]) -> None:
    added = set(kind._names) - set(kind.__mro__[1].__dict__.get("_names", ()))
    if "_names" in vars(kind):
        for name in added:
            assert f"{name}:" in (kind.__doc__ or "")


def test_an_invalid_value_names_source_field_reason_and_value() -> None:
    error = InvalidValue("is negative", field="price", value=-1, source="PriceTier")
    assert str(error) == "PriceTier.price is negative (got -1)"
    assert isinstance(error, ValueError)
    assert str(InvalidValue("is odd", field="n", value=1, source="")) == "n is odd (got 1)"


@given(st.text() | st.binary() | st.lists(st.integers()))
def test_a_long_value_is_shown_only_in_part(value: object) -> None:
    error = InvalidValue("is odd", field="f", value=value, source="s")
    assert len(str(error)) < 200
    assert error.value is value


def test_what_was_cut_from_a_value_is_said() -> None:
    shown = str(InvalidValue("is odd", field="f", value="x" * 500, source="s"))
    assert shown.endswith("… (502 characters))")


@pytest.mark.parametrize("size", [0, 1999, 2000, 2001, 100_000])
def test_what_the_vendor_said_is_kept_up_to_two_thousand_characters(size: int) -> None:
    error = VendorError("x", **(VENDOR | {"raw": "é" * size}))
    assert error.raw == "é" * min(size, 2000)


def test_a_vendor_error_names_vendor_operation_status_and_request() -> None:
    assert str(VendorError("is down", **VENDOR)) == (
        "shopify orders.list: is down, HTTP 503, request req-7"
    )
    bare = VendorError(vendor="shopify", account="demo", operation="orders.list")
    assert str(bare) == "shopify orders.list: VendorError"
    assert (bare.status, bare.raw, bare.retryable, bare.problems) == (None, None, False, ())


def test_the_text_of_a_vendor_error_leaves_out_what_the_vendor_said() -> None:
    """An answer may hold a buyer's data: it is there for who looks, not in every log."""
    assert "it is broken" not in str(_made(VendorError))


def test_a_secret_is_seen_in_no_error() -> None:
    secret = Secret("hunter2")
    refused = InvalidValue("is wrong", field="token", value=secret, source="Shopify")
    unknown = _made(OutcomeUnknown)
    for error in (refused, unknown):
        seen = f"{error} {error!r} {getattr(error, 'request', '')!r}"
        assert "hunter2" not in seen
    assert pickle.loads(pickle.dumps(refused)).value == MASK
    assert b"hunter2" not in pickle.dumps(refused)


def test_a_setup_error_says_what_it_is_about() -> None:
    error = KeyReused("used twice", name="order/1/place")
    assert (str(error), error.name) == ("used twice", "order/1/place")
    assert SetupError("x").name == ""


def test_the_root_catches_everything() -> None:
    for kind in KINDS:
        with pytest.raises(CrossborderError) as caught:
            raise _made(kind)
        assert caught.value.text == "went wrong"
