"""Start a program so that it can never outlive us, and end it with everything it started.

Every child has a session of its own, so that Ctrl-C in the terminal reaches only the parent, which then stops the
children in order. On Linux the kernel ends a child when its parent is killed with -9.

Standard library only.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
LONGEST_LOG = 16 * 1024 * 1024
# Loaded here and not in the child: between fork and exec nothing may be imported.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(stop: signal.Signals) -> Callable[[], None]:
    """What a child runs between fork and exec, to get `stop` from the kernel when its parent is gone.

    It must run after a change of account (which clears the setting); `subprocess` calls it last, so it does.
    """
    parent = os.getpid()

    def ask_the_kernel() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(stop), 0, 0, 0)
            if os.getppid() != parent:  # it was gone before we asked
                os._exit(1)

    return ask_the_kernel


def follow_parent(stop: signal.Signals) -> None:
    """Get `stop` from the kernel when our own parent is gone."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(stop), 0, 0, 0)


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str],
    stop: signal.Signals = signal.SIGTERM,
    cwd: Path | str = "/",
    switch: Mapping[str, object] | None = None,
    keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `command` with its output appended to `log`; `switch` changes the account, `keep` are open descriptors."""
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
        return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=die_with_parent(stop),
            pass_fds=tuple(keep),
            **(switch or {}),
        )


def stop(process: subprocess.Popen[bytes], how: signal.Signals, *, patience: float) -> None:
    """Ask a process to stop, wait `patience` seconds, then kill its whole group."""
    with suppress(ProcessLookupError):
        process.send_signal(how)
    with suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it started, and left behind if it is dead already."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def how_it_ended(code: int) -> str:
    """An exit status in words: `exit code 3` or `SIGKILL`."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def shorten(log: Path) -> None:
    """Put a log aside that has grown long, in the place of the one before. Only while nobody writes to it."""
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_suffix(".old"))


def last_lines(log: Path, *, since: int = 0, count: int = 15) -> list[str]:
    """The last lines that were written to a log after byte `since`."""
    with suppress(OSError), log.open("rb") as file:
        file.seek(max(since, log.stat().st_size - 64 * 1024))
        return file.read().decode(errors="replace").splitlines()[-count:]
    return []
