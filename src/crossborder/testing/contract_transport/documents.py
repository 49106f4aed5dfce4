"""Contract files, read once per process."""

import gzip
import json
from decimal import Decimal
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import Any

__all__ = ["document"]


def document(path: str | PathLike[str]) -> Any:
    """The JSON of a file (`.json`, `.json.gz`), numbers exact; shared, so it must not be changed."""
    return _document(str(Path(path).resolve()))


@lru_cache(maxsize=64)
def _document(path: str) -> Any:
    content = Path(path).read_bytes()
    if path.endswith(".gz"):
        content = gzip.decompress(content)
    return json.loads(content, parse_float=Decimal)
