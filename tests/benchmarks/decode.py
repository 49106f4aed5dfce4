"""From bytes to frozen nouns, against `json.loads` of the same bytes (the limit).

Prints one `name value` a line; ratios of the fastest of seven rounds in one process.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from crossborder.adapters.alibaba1688 import shapes
from crossborder.demo.world import sample_offer
from crossborder.model.ids import OrderId, Ref, SkuId
from crossborder.model.money import Money, Price
from crossborder.model.order import Order, OrderLine
from crossborder.serial import from_json, to_json
from crossborder.wire.text import read_json, write_json

NOW = datetime(2026, 11, 2, tzinfo=UTC)


def fastest(work: Callable[[], Any], times: int) -> float:
    """Seconds of one call, the fastest of seven rounds."""
    best = float("inf")
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(times):
            work()
        best = min(best, (time.perf_counter() - start) / times)
    return best


def product_bytes(skus: int) -> bytes:
    """A product-detail answer with many SKUs."""
    payload = sample_offer()
    inner = payload["result"]["result"]
    first = inner["productSkuInfos"][0]
    inner["productSkuInfos"] = [
        {**first, "skuId": first["skuId"] + number, "specId": f"{number:032x}"}
        for number in range(skus)
    ]
    return write_json(payload).encode()


def main() -> None:
    """Measure and print."""
    body = product_bytes(40)
    loads = fastest(lambda: json.loads(body), 50)
    read = fastest(lambda: read_json(body, source="bench"), 50)
    nouns = fastest(
        lambda: shapes.sourced(read_json(body, source="bench"), language="en", now=NOW), 10
    )
    print(f"read_json_over_loads {read / loads:.2f}")
    print(f"offer_40_skus_over_loads {nouns / loads:.2f}")
    lines = tuple(
        OrderLine(f"l{number}", SkuId(f"s{number}"), 1, Price("15.99", "USD"))
        for number in range(3)
    )
    order = Order(OrderId("1"), "shop", Ref("shop", "1"), NOW, lines, "USD")
    text = to_json(order)
    held = fastest(lambda: json.loads(text), 500)
    print(f"order_from_json_over_loads {fastest(lambda: from_json(text), 200) / held:.2f}")
    money = Money("12.50", "USD")
    whole = 1250
    adds = fastest(lambda: money + money, 5000)
    bare = fastest(lambda: whole + whole, 5000)
    print(f"money_add_over_int_add {adds / bare:.2f}")


if __name__ == "__main__":
    main()
