"""Where a scan was made, in the fields of a vendor."""

from typing import Any

from attrs import field, frozen

from crossborder.model.place import Place
from crossborder.wire.scans.fields import Getter, Spec, as_text, getter, names

__all__ = ["Where"]

_KEPT = 8_192
_ALIASES = {"UK": "GB", "EL": "GR"}
_NONE = frozenset({"AP", "EU", "XX", "ZZ"})
"""Letters that stand for no country: they are kept as text."""
_PARTS = ("country", "region", "city", "postal_code", "facility", "text")


@frozen
class Where:
    """Where the parts of a place stand; each a name, a path, several of them, or a function.

    A country that is no ISO 3166 code of two letters is kept in the text, as it was written.

    >>> where = Where(country="country", city="address.city")
    >>> where.place({"country": "us", "address": {"city": "Wayne"}}, "acme")
    Place(country='US', region=None, city='Wayne', postal_code=None, facility=None, text=None)
    """

    country: Spec | None = None
    region: Spec | None = None
    city: Spec | None = None
    postal_code: Spec | None = None
    facility: Spec | None = None
    text: Spec | None = None
    _get: tuple[tuple[str, Getter], ...] = field(init=False, eq=False, repr=False)
    _seen: dict[Any, Place | None] = field(factory=dict, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        given = ((name, getattr(self, name)) for name in _PARTS)
        found = tuple((name, getter(spec)) for name, spec in given if spec is not None)
        object.__setattr__(self, "_get", found)

    @property
    def names(self) -> frozenset[str]:
        """The keys that are read whole."""
        return frozenset().union(*(names(getattr(self, name)) for name in _PARTS))

    def place(self, entry: Any, source: str) -> Place | None:
        """The place of an entry; None where nothing is said.

        Raises:
            Unreadable: a part is no text.
        """
        get = self._get
        parts = (get[0][1](entry),) if len(get) == 1 else tuple([part(entry) for _, part in get])
        try:
            return self._seen[parts]
        except KeyError:
            pass
        except TypeError:  # a part that is no text, which `_made` refuses
            return self._made(parts, source)
        if len(self._seen) >= _KEPT:
            self._seen.clear()
        found = self._seen[parts] = self._made(parts, source)
        return found

    def _made(self, parts: tuple[Any, ...], source: str) -> Place | None:
        said = {
            name: as_text(value, name, source)
            for (name, _), value in zip(self._get, parts, strict=True)
        }
        country = said.pop("country", "")
        code = _ALIASES.get(country.upper(), country.upper())
        if len(code) == 2 and code.isascii() and code.isalpha() and code not in _NONE:
            said["country"] = code
        elif country and country not in said.get("text", ""):
            said["text"] = ", ".join(filter(None, (said.get("text", ""), country)))
        kept = {name: value for name, value in said.items() if value}
        return Place(**kept) if kept else None
