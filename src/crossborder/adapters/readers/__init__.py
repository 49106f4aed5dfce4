"""Readers of tracking answers, one file a vendor: bytes in, parcels and problems out.

They need no account and no client: the bytes may have come by any way. Each file has one class,
`Reader`; a vendor with an adapter of its own has its reader there (`Track17.reader`). `load` and
`available` are for names in configuration files.
"""

from importlib import import_module

from crossborder.errors import UnknownAdapter
from crossborder.protocols.logistics import TrackingReader

__all__ = ["available", "load"]

_NAMES = (
    "asendia",
    "asendia_us",
    "australiapost",
    "canadapost",
    "chronopost",
    "colissimo",
    "dhl_express_rest",
    "dhl_express_xml",
    "dhl_unified",
    "fedex",
    "landmark",
    "laposte_suivi",
    "purolator",
    "seko",
    "sf_express",
    "shipengine",
    "smartkargo",
    "tnt",
    "ups",
    "usps",
    "usps_xml",
    "yanwen",
)
# Vendors whose folder has the reader, beside all that can be asked of them.
_FOLDERS = ("aftership", "easypost", "track17", "yunexpress")


def available() -> tuple[str, ...]:
    """The names that `load` knows, sorted."""
    return tuple(sorted((*_NAMES, *_FOLDERS)))


def load(name: str) -> TrackingReader:
    """The reader of that vendor, imported only now.

    >>> type(load("australiapost")).__module__
    'crossborder.adapters.readers.australiapost'

    Raises:
        UnknownAdapter: no reader has that name.
    """
    if name in _NAMES:
        module = import_module(f"crossborder.adapters.readers.{name}")
    elif name in _FOLDERS:
        module = import_module(f"crossborder.adapters.{name}")
    else:
        raise UnknownAdapter(f"no reader {name!r}; there are: {', '.join(available())}", name=name)
    reader: TrackingReader = module.Reader()
    return reader
