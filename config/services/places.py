"""Where the private servers live, and the refusal to live where others could interfere.

Everything is under one state folder, `.local/` beside `manage.py`. It and what it holds belong to the account that
started them and to nobody else. PostgreSQL refuses to run as root, so as root both servers run as a service
account; where that account cannot walk to the checkout (a 0700 home), their folders move to `/var/lib/casebook`,
where only root can make folders. A folder is never trusted because it is there: its owner and mode are looked at.

Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from config.services.errors import ServiceError
from config.services.locks import one_at_a_time

PROJECT = Path(__file__).resolve().parents[2]
ROOT_HOME = Path("/var/lib/casebook")
SERVICE_ACCOUNTS = ("postgres", "nobody")
# sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero included; `.s.PGSQL.5432` takes 14 of them.
LONGEST_RUN_FOLDER = 88


def state_folder() -> Path:
    """The state folder of this checkout: `CASEBOOK_STATE`, else `.local/` beside `manage.py`."""
    return Path(os.environ.get("CASEBOOK_STATE") or PROJECT / ".local").absolute().resolve()


def claim(state: Path) -> Path:
    """Make the state folder ours, or refuse it: nobody else may own it or write to it."""
    as_root = os.geteuid() == 0
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_foreign(state, os.geteuid())
        # The service account walks through, and lists nothing.
        state.chmod(0o711 if as_root else 0o700)
    except OSError as problem:
        raise ServiceError(f"{state} cannot be used ({problem.strerror}); set CASEBOOK_STATE to a folder") from None
    return state


def own_folder(path: Path, *, uid: int | None = None, gid: int | None = None, mode: int = 0o700) -> Path:
    """A folder that belongs to `uid` (else us) with exactly `mode`; one that somebody else made is refused."""
    owner = os.geteuid() if uid is None else uid
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        _refuse_foreign(path, owner)
    else:
        if owner != os.geteuid():
            os.chown(path, owner, -1 if gid is None else gid)
    path.chmod(mode)
    return path


def _refuse_foreign(path: Path, uid: int) -> None:
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise ServiceError(f"{path} is not a folder: move it away, or set CASEBOOK_STATE to another folder")
    if found.st_uid != uid:
        raise ServiceError(
            f"{path} belongs to {account_name(found.st_uid)}, not to {account_name(uid)}: "
            f"run as {account_name(found.st_uid)}, remove it, or set CASEBOOK_STATE to another folder"
        )
    if found.st_mode & 0o002:
        raise ServiceError(f"{path} can be written by everybody: chmod o-w it, or set CASEBOOK_STATE elsewhere")


def _is_ours(path: Path) -> bool:
    """Whether a folder is there and belongs to us or to the account of our servers."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid in (os.geteuid(), service_account().uid)


def account_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


@dataclass(frozen=True)
class Account:
    """Who runs the servers. `switch` goes to `subprocess.Popen`; it is empty unless we are root."""

    uid: int
    gid: int
    name: str

    @property
    def switch(self) -> dict[str, object]:
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def service_account(existing: Path | None = None) -> Account:
    """We ourselves; as root the account `postgres`, else `nobody` — or the one that `existing` already belongs to."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), account_name(os.geteuid()))
    known = []
    for name in SERVICE_ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        known.append(Account(entry.pw_uid, entry.pw_gid, name))
    if not known:
        raise ServiceError("PostgreSQL cannot run as root and there is no account postgres or nobody: add one of them")
    owner = existing.lstat().st_uid if existing and existing.exists() else None
    return next((account for account in known if account.uid == owner), known[0])


def walkable(path: Path) -> bool:
    """Whether every account may walk down to `path` (judged by mode bits: an access list can only allow more)."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents) if folder.exists())


@dataclass(frozen=True)
class Places:
    """The folders of one set of private servers: `state` is ours alone, `base` is where their folders are."""

    state: Path
    base: Path

    @property
    def run(self) -> Path:
        """Where the sockets are."""
        path = self.base / "run"
        return path if len(os.fsencode(path)) <= LONGEST_RUN_FOLDER else self._short_run()

    @property
    def all(self) -> set[Path]:
        """Every folder that goes when the state is dropped."""
        return {self.state, self.base, self.run}

    @property
    def log(self) -> Path:
        return self.state / "log"

    def _short_run(self) -> Path:
        """A short folder for a checkout so deep that a socket's path would not fit: drawn once, noted in the state."""
        note = self.state / "run.path"
        with one_at_a_time(self.state / "run.lock"):
            if note.exists() and _is_ours(path := Path(note.read_text())):
                return path
            path, account = Path(tempfile.mkdtemp(prefix="casebook-")), service_account()
            if account.switch:
                os.chown(path, account.uid, -1)
            note.write_text(str(path))
            return path


def places(state: Path, instance: str) -> Places:
    """The folders for a claimed state folder; `instance` tells apart checkouts that succeed each other at one path."""
    if os.geteuid() != 0 or walkable(state):
        return Places(state, state)
    digest = hashlib.sha256(f"{instance} {state}".encode()).hexdigest()[:12]
    return Places(state, root_home() / digest)


def root_home() -> Path:
    """Root's own folder for what the service account must reach and may not change."""
    try:
        return own_folder(ROOT_HOME, mode=0o711)
    except OSError as problem:
        raise ServiceError(
            f"{ROOT_HOME} cannot be made ({problem.strerror}): move the checkout out of a private home "
            "or set DATABASE_URL and REDIS_URL"
        ) from None


def prepare(where: Places, account: Account) -> None:
    """Make the folders that the servers need, each with the owner and mode it must have."""
    if where.base != where.state:
        own_folder(where.base, mode=0o711)
    own_folder(where.log)
    # Root enters any folder; in a container without that power it enters through its group.
    mode = 0o700 if account.uid == os.geteuid() else 0o770
    own_folder(where.run, uid=account.uid, gid=os.getegid(), mode=mode)
