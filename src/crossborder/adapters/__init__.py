"""One folder a vendor; all look alike.

`load("shopify")` is for configuration files; in code import the class from its folder.
"""

from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from crossborder.errors import UnknownAdapter

__all__ = ["available", "load"]

# Built-in adapters: name → module and class. Others register under `crossborder.adapters`.
_BUILT_IN = {
    "aftership": ("crossborder.adapters.aftership", "AfterShip"),
    "alibaba1688": ("crossborder.adapters.alibaba1688", "Alibaba1688"),
    "amazon": ("crossborder.adapters.amazon", "Amazon"),
    "easypost": ("crossborder.adapters.easypost", "EasyPost"),
    "memory": ("crossborder.adapters.memory", "Memory"),
    "shopify": ("crossborder.adapters.shopify", "Shopify"),
    "stripe": ("crossborder.adapters.stripe", "Stripe"),
    "track17": ("crossborder.adapters.track17", "Track17"),
    "yunexpress": ("crossborder.adapters.yunexpress", "YunExpress"),
}
_GROUP = "crossborder.adapters"


def available() -> tuple[str, ...]:
    """The names that `load` knows: built-in and installed ones, sorted.

    >>> "shopify" in available()
    True
    """
    return tuple(sorted({*_BUILT_IN, *(entry.name for entry in entry_points(group=_GROUP))}))


def load(name: str) -> type[Any]:
    """The adapter class of that name, imported only now.

    >>> load("memory").__name__
    'Memory'

    Raises:
        UnknownAdapter: nothing built in or installed has that name.
    """
    if name in _BUILT_IN:
        module, attribute = _BUILT_IN[name]
        found: type[Any] = getattr(import_module(module), attribute)
        return found
    for entry in entry_points(group=_GROUP):
        if entry.name == name:
            loaded: type[Any] = entry.load()
            return loaded
    raise UnknownAdapter(f"no adapter {name!r}; there are: {', '.join(available())}", name=name)
