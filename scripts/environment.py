"""Make `.venv` with whatever this machine has for it, and install pinned, hashed requirements when they changed.

Run by `scripts/environment` with a Python that suits; standard library only. The environment is made by `venv`, else
`virtualenv`, else `uv`. A note of the files' checksums in `.venv` says what is installed, so that a second start
installs nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
NOTE = "casebook-installed"


def main(files: list[str]) -> int:
    with (ROOT / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # `make run` and `make test` may be started together
        if not suits(wanted_version()):
            make_environment()
        for file in files:
            checksum = hashlib.sha256((ROOT / file).read_bytes()).hexdigest()
            note = VENV / f"{NOTE}-{Path(file).stem}"
            if not note.exists() or note.read_text() != checksum:
                install(file)
                note.write_text(checksum)
    return 0


def wanted_version() -> tuple[int, int] | None:
    """The version that PYTHON asks for; None where any suitable one will do."""
    return sys.version_info[:2] if os.environ.get("PYTHON") else None


def suits(wanted: tuple[int, int] | None) -> bool:
    """Whether the environment that is there runs, and is of the wanted version."""
    if not VENV_PYTHON.exists():
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
    done = subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / file)], env=without_python_variables())
    if done.returncode:
        sys.exit(f"casebook: {file} could not be installed (see above); check the network or pip's index, then repeat")


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
    except PermissionError as problem:
        sys.exit(f"casebook: {problem.filename} belongs to another user: run as that user, or remove it")
