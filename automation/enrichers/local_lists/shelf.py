"""The folder of lists, kept in memory and read again where a file changed. One per process."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from automation.enrichers.local_lists.read_list import List, Unusable, read_list

log = logging.getLogger(__name__)
LOOK_EVERY_S = 5.0
SUFFIXES = (".txt", ".json")
Stamp = tuple[int, int, int]


class Shelf:
    """Lists that can be used, and by file name those that cannot and why."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._kept: dict[Path, tuple[Stamp, List | Unusable]] = {}

    def look(self) -> tuple[list[List], dict[str, Unusable]]:
        """What there is now; the folder is walked at most every five seconds."""
        with self._lock:
            if time.monotonic() - self._looked_at >= LOOK_EVERY_S:
                self._walk()
                self._looked_at = time.monotonic()
            kept = [(path, found) for path, (_, found) in self._kept.items()]
        lists = [found for _, found in kept if isinstance(found, List)]
        return lists, {path.name: found for path, found in kept if isinstance(found, Unusable)}

    def _walk(self) -> None:
        seen: dict[Path, tuple[Stamp, List | Unusable]] = {}
        for path in sorted(self.folder.rglob("*")) if self.folder.is_dir() else ():
            if path.suffix not in SUFFIXES or not path.is_file():
                continue
            stamp = _stamp(path)
            known = self._kept.get(path)
            seen[path] = known if known and known[0] == stamp else (stamp, self._read(path))
        self._kept = seen

    def _read(self, path: Path) -> List | Unusable:
        try:
            return read_list(path, self.folder)
        except (Unusable, OSError) as error:
            log.warning("list %s is not used: %s", path.name, error)
            return error if isinstance(error, Unusable) else Unusable(str(error))


def _stamp(path: Path) -> Stamp:
    """Changes with the file or its sidecar."""
    beside = path.with_name(path.name + ".meta")
    own = path.stat()
    return own.st_mtime_ns, own.st_size, beside.stat().st_mtime_ns if beside.exists() else 0
