from hypothesis import given
from hypothesis import strategies as st

from crossborder.model.ids import Ref, digest

parts = st.lists(st.text(max_size=6), max_size=4)


def test_a_ref_is_shown_with_its_vendor() -> None:
    assert str(Ref("shopify", "gid://shopify/Product/1")) == "shopify:gid://shopify/Product/1"


def test_refs_of_two_vendors_are_two_things() -> None:
    assert Ref("shopify", "1") != Ref("stripe", "1")
    assert len({Ref("shopify", "1"), Ref("shopify", "1"), Ref("stripe", "1")}) == 2


@given(parts, parts)
def test_a_digest_is_equal_for_equal_parts_and_for_no_others(a: list[str], b: list[str]) -> None:
    assert (digest(*a) == digest(*b)) == (a == b)


@given(parts)
def test_a_digest_is_thirty_two_hex_digits(some: list[str]) -> None:
    assert len(digest(*some)) == 32
    assert int(digest(*some), 16) >= 0


def test_a_digest_is_the_same_on_every_machine() -> None:
    assert digest("order", "1001") == "6aa584ab12b6292866dcbcddbab9e807"
