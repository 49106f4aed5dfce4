"""How the gateways of the Alibaba family sign: the sums, apart from any adapter.

1688 signs by `param2` (see its adapter); Taobao's TOP and AliExpress's IOP gateway by the two
rules here. Names are sorted by their bytes; values are signed as sent, unquoted, in UTF-8; files
are never signed.
"""

from collections.abc import Mapping

from crossborder.errors import InvalidValue
from crossborder.secret import Secret
from crossborder.wire.sign import hmac_md5_hex, hmac_sha256_hex, md5_hex

__all__ = ["iop", "top"]


def _joined(parameters: Mapping[str, str]) -> str:
    ordered = sorted(parameters.items(), key=lambda pair: pair[0].encode())
    return "".join(name + value for name, value in ordered)


def top(parameters: Mapping[str, str], secret: Secret, *, method: str = "hmac-sha256") -> str:
    """The `sign` of a TOP call; `method` is the `sign_method` that is sent.

    Source: TOP documentation, "API call protocol" (md5, hmac), and the official SDK of its
    successor for hmac-sha256.

    >>> top({"a": "z", "ab": "1", "sign_method": "hmac"}, Secret("s"), method="hmac")[:8]
    'EFE8D9B0'
    """
    text = _joined(parameters)
    if method == "md5":
        return md5_hex(f"{secret.reveal()}{text}{secret.reveal()}").upper()
    if method == "hmac":
        return hmac_md5_hex(secret, text).upper()
    if method == "hmac-sha256":
        return hmac_sha256_hex(secret, text).upper()
    raise InvalidValue(
        "must be md5, hmac or hmac-sha256", field="sign_method", value=method, source="top"
    )


def iop(api: str, parameters: Mapping[str, str], secret: Secret) -> str:
    """The `sign` of an IOP call (HMAC-SHA256, capital hex).

    An API whose name is a path stands before the parameters; a TOP-style name does not. Source:
    the official Python SDK of the gateway, 2022-06.
    """
    text = _joined(parameters)
    return hmac_sha256_hex(secret, api + text if "/" in api else text).upper()
