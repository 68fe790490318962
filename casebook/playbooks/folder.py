"""The files under paths of this machine: folders, archives, single files. Pure. No link inside a folder is followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from casebook.playbooks.archive import inside
from casebook.playbooks.found import AT_MOST, Budget, Found, is_aside, refused
from casebook.playbooks.parse.text import shown
from casebook.playbooks.types import CardError


def files_under(paths: Iterable[Path], budget: Budget, opened: ExitStack) -> list[Found]:
    """The files that may be cards, whatever they are called; archives among ``paths`` are kept open by ``opened``.

    Hidden files are passed over; what cannot be read is refused by name. Raises TooLarge over the budget.
    """
    return [found for path in paths for found in _of(path, budget, opened)]


def _of(path: Path, budget: Budget, opened: ExitStack) -> list[Found]:
    if path.is_dir():
        return sorted(_walk(path, budget), key=lambda found: found.path)
    try:
        file = opened.enter_context(path.open("rb"))
        packed = inside(shown(str(path)), file, budget, prefix=f"{shown(str(path))}/")
    except CardError as error:
        return [refused(error.file, error.reason)]
    except OSError as error:
        return [refused(shown(str(path)), error.strerror or str(error))]
    if packed is None:
        budget.count()
        return [_file(path)]
    return packed


def _walk(root: Path, budget: Budget) -> Iterator[Found]:
    for folder, folders, names in os.walk(root, followlinks=False):
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        folders[:] = [name for name in folders if not is_aside(name) and name not in links]
        for name in (*names, *links):
            if not is_aside(name):
                budget.count()
                yield _entry(Path(folder, name))


def _entry(path: Path) -> Found:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return refused(shown(str(path)), "a link, which is not followed")
    if not stat.S_ISREG(mode):
        return refused(shown(str(path)), "a device or pipe, which is not read")
    return _file(path)


def _file(path: Path) -> Found:
    return Found(shown(str(path)), lambda: _read(path))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(AT_MOST)
    except OSError as error:
        raise CardError(shown(str(path)), 1, error.strerror or str(error)) from error
