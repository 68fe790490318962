"""Names of CACAO objects that are the same on every export of the same version.

CACAO wants version 4 (random) UUIDs for steps and allows version 5 for a playbook. Ours are hashes in the shape of
version 4, so that an export can be compared with the one before, byte by byte.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

MAKER = "identity--0c1f5b1a-53de-4d0c-8a86-6f0b6a3f2d77"
"""Who defined the extension: Casebook."""

_NAMESPACE = UUID("b51d8f0b-0f7e-4c53-9d2e-6d1b8b0a4c11")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a version comes from. ``created`` is when the playbook began, ``modified`` when this version did."""

    library: str
    slug: str
    number: int
    created: datetime
    modified: datetime

    def playbook(self) -> str:
        """The same for all versions of a playbook; ``modified`` tells them apart."""
        return f"playbook--{uuid5(_NAMESPACE, f'{self.library}/{self.slug}')}"

    def author(self) -> str:
        """The library, as the one who answers for its cards."""
        return f"identity--{_uuid4('library', self.library)}"

    def of(self, kind: str, *names: str) -> str:
        """The id of an object of this version, such as ``action--…``, by names that tell it from the others."""
        return f"{kind}--{_uuid4(self.library, self.slug, str(self.number), kind, *names)}"


def _uuid4(*names: str) -> UUID:
    return UUID(bytes=hashlib.sha256("\0".join(names).encode()).digest()[:16], version=4)
