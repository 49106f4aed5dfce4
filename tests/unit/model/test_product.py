import pytest
from hypothesis import given

from crossborder.errors import InvalidValue
from crossborder.model.ids import ProductId, SkuId
from crossborder.model.measure import Weight
from crossborder.model.product import SKU, Option, Product, Translation
from crossborder.testing.strategies import products

RED = Option("颜色", "红", "Colour", "Red")
PLAIN = SKU(SkuId("s1"), (RED, Option("Size", "XL")), weight=Weight.kg("0.2"))


def _product(**changed: object) -> Product:
    given: dict[str, object] = {
        "id": ProductId("p"),
        "title": "伞",
        "language": "zh",
        "skus": (PLAIN,),
    }
    return Product(**(given | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"skus": ()}, "skus", "must hold at least one SKU"),
        ({"skus": (PLAIN, SKU(SkuId("s1")))}, "skus", "has two SKUs of one id"),
        (
            {"translations": (Translation("en", "A"), Translation("en", "B"))},
            "translations",
            "has two of one language",
        ),
    ],
)
def test_a_product_that_cannot_be_is_refused(
    changed: dict[str, object], field: str, said: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        _product(**changed)
    assert (caught.value.field, caught.value.text) == (field, said)


@given(products())
def test_every_sku_is_found_by_its_id_and_no_other(product: Product) -> None:
    for sku in product.skus:
        assert product.sku(sku.id) is sku
    with pytest.raises(InvalidValue, match="has no such SKU") as caught:
        product.sku(SkuId("no such sku"))
    assert caught.value.value == "no such sku"


@given(products())
def test_a_translation_is_found_by_its_language(product: Product) -> None:
    for item in product.translations:
        assert product.translated(item.language) is item
    assert product.translated("x-none") is None


def test_an_option_shows_its_translation_where_it_has_one() -> None:
    assert (RED.shown_name, RED.shown_value) == ("Colour", "Red")
    plain = Option("Size", "XL")
    assert (plain.shown_name, plain.shown_value) == ("Size", "XL")
    blank = Option("Size", "XL", " ", "")
    assert (blank.shown_name, blank.shown_value) == ("Size", "XL")
    assert PLAIN.label == "Red / XL"


def test_a_product_is_shown_as_an_escaped_table() -> None:
    shown = _product(title="<伞>", skus=(PLAIN, SKU(SkuId("<s2>"))))._repr_html_()
    assert "&lt;伞&gt;" in shown
    assert "<td>&lt;s2&gt;</td>" in shown
    assert "Red / XL" in shown
