"""Secrets at rest: Fernet under the keys of `CASEBOOK_FIELD_KEYS`, newest first, apart from SECRET_KEY.

What is sealed carries the name of its place (``webhook:12:secret``): Fernet has no associated data, and a ciphertext
that was moved to another row must not open there.
"""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

_MARK = b"\x1f"


class Unreadable(Exception):
    """Sealed under a key this installation does not hold, for another place, or damaged."""


def seal(plain: str, place: str) -> bytes:
    """The secret, to be stored in ``place`` and nowhere else."""
    return _keys().encrypt(place.encode() + _MARK + plain.encode())


def unseal(sealed: bytes, place: str) -> str:
    """The secret that was sealed for ``place``. Raises Unreadable."""
    try:
        found, mark, plain = _keys().decrypt(bytes(sealed)).partition(_MARK)
    except InvalidToken as error:
        raise Unreadable(f"the secret of {place} opens under no key of CASEBOOK_FIELD_KEYS") from error
    if not mark or found != place.encode():
        raise Unreadable(f"the secret of {place} was sealed for another place")
    return plain.decode()


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])
