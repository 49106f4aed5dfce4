"""The one converter: it chooses, by annotation, how a value is written and read."""

from functools import cache
from typing import Any, NoReturn

from cattrs import Converter

from crossborder.model.extra import Extra
from crossborder.secret import Secret
from crossborder.serial.choices import CHOICES, open_writer, tagged_reader
from crossborder.serial.groups import GROUPS
from crossborder.serial.nouns import NOUNS
from crossborder.serial.open import read_extra
from crossborder.serial.paths import unkept, wrong
from crossborder.serial.scalars import SCALARS, read_secret, write_secret

__all__ = ["converter"]


@cache
def converter() -> Converter:
    """The converter, made at the first use."""
    made = Converter(
        unstructure_fallback_factory=lambda _: _unwritten, structure_fallback_factory=_unread
    )
    for kind, write, read in SCALARS:
        made.register_unstructure_hook(kind, write)
        made.register_structure_hook(kind, read)
    for test, writer, reader in (*NOUNS, *GROUPS, *CHOICES):
        made.register_unstructure_hook_factory(test, writer)
        made.register_structure_hook_factory(test, reader)
    made.register_unstructure_hook(bytes, _unwritten)
    made.register_structure_hook(bytes, lambda _, kind: _unread(kind))
    made.register_unstructure_hook(Secret, write_secret)
    made.register_structure_hook(Secret, read_secret)
    noun = tagged_reader(made)
    made.register_unstructure_hook(Extra, open_writer(Any, made))
    made.register_structure_hook(Extra, lambda data, _: read_extra(data, noun))
    return made


def _unwritten(value: Any) -> NoReturn:
    """Refuse what no other writer is for."""
    raise wrong(unkept(type(value)), value)


def _unread(kind: Any) -> NoReturn:
    """Refuse a type that no other reader is for."""
    raise wrong(unkept(kind), kind)
