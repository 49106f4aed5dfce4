import copy
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.secret import MASK, Secret, is_sensitive, masked

HIDDEN = "sk_live_hunter2"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        format,
        lambda secret: f"{secret}",
        lambda secret: f"{secret!r:>40}",
        lambda secret: f"{secret:>40}",
        lambda secret: "{:>20}".format(secret),  # noqa: UP032
        lambda secret: "%s %r" % (secret, secret),  # noqa: UP031
        lambda secret: repr([{"token": secret}]),
        lambda secret: logging.LogRecord("n", 10, "p", 1, "%s", (secret,), None).getMessage(),
    ],
)
def test_a_secret_is_never_shown(show: Callable[[Any], str]) -> None:
    shown = show(Secret(HIDDEN))
    assert HIDDEN not in shown
    assert MASK in shown


def test_a_secret_is_not_in_a_traceback_with_its_local_values() -> None:
    secret = Secret(HIDDEN)
    try:
        raise RuntimeError(f"cannot sign with {secret}")
    except RuntimeError as error:
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
    shown = "".join(told.format())
    assert "secret = Secret('***')" in shown
    assert HIDDEN not in shown


@pytest.mark.parametrize("write", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_is_not_pickled_or_copied(write: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError, match="is not pickled") as caught:
        write(Secret(HIDDEN))
    assert HIDDEN not in str(caught.value)


def test_a_secret_does_not_become_json() -> None:
    with pytest.raises(TypeError) as caught:
        json.dumps({"token": Secret(HIDDEN)})
    assert HIDDEN not in str(caught.value)
    assert HIDDEN not in json.dumps({"token": Secret(HIDDEN)}, default=str)


@given(texts, texts)
def test_secrets_are_equal_when_their_texts_are(a: str, b: str) -> None:
    assert (Secret(a) == Secret(b)) == (a == b)
    if a == b:
        assert hash(Secret(a)) == hash(Secret(b))
    assert Secret(a) != a
    assert bool(Secret(a)) == bool(a)


@given(texts)
def test_a_secret_is_revealed_only_on_demand(text: str) -> None:
    assert Secret(text).reveal() == text
    assert Secret(Secret(text)).reveal() == text


@pytest.mark.parametrize("value", [None, 7, b"bytes", ["x"]])
def test_a_secret_is_a_text(value: object) -> None:
    with pytest.raises(TypeError, match="a secret is a text"):
        Secret(value)  # type: ignore[arg-type]


def test_a_secret_has_nothing_to_look_into() -> None:
    with pytest.raises(TypeError):
        vars(Secret(HIDDEN))
    with pytest.raises(AttributeError):
        Secret(HIDDEN).note = "x"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "X-Shopify-Access-Token",
        "Set-Cookie",
        "17token",
        "client_secret",
        "x-api-key",
        "apikey",
        "password",
        "X-Shopify-Hmac-Sha256",
        "Stripe-Signature",
        "sign",
        "key",
        "CODE",
    ],
)
def test_names_of_what_must_be_hidden_are_known(name: str) -> None:
    assert is_sensitive(name)
    assert masked([(name, HIDDEN)]) == ((name, MASK),)


@pytest.mark.parametrize("name", ["Content-Type", "page", "country_code", "design", "keyword"])
def test_other_names_are_shown(name: str) -> None:
    assert not is_sensitive(name)
    assert masked([(name, "2")]) == ((name, "2"),)
