"""Folders, locks and the port: taken only where nobody else could interfere, refused with the way out."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config.services import listening, places, reset
from config.services.errors import ServiceError
from config.services.locks import STACK, StateLock
from config.services.places import Places, own_folder, service_account
from config.services.servers import Servers

SOMEBODY = 54321
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make what belongs to somebody else")


class TestStateFolder:
    def test_is_made_closed(self, state: Path) -> None:
        made = places.claim(state / "deep" / "er")
        assert stat.S_IMODE(made.stat().st_mode) & 0o066 == 0

    @as_root
    def test_of_somebody_else_is_refused(self, state: Path) -> None:
        os.chown(state, SOMEBODY, -1)
        with pytest.raises(ServiceError, match=r"belongs to uid 54321, not to root: run as uid 54321, remove it, or"):
            places.claim(state)

    def test_that_anybody_may_write_is_refused(self, state: Path) -> None:
        state.chmod(0o777)
        with pytest.raises(ServiceError, match="can be written by everybody"):
            places.claim(state)

    def test_that_is_a_file_is_refused(self, state: Path) -> None:
        (state / "x").touch()
        with pytest.raises(ServiceError, match="set CASEBOOK_STATE to a"):
            places.claim(state / "x")

    def test_a_link_that_somebody_left_is_not_followed(self, state: Path) -> None:
        (state / "elsewhere").mkdir()
        (state / "run").symlink_to(state / "elsewhere")
        with pytest.raises(ServiceError, match="is not a folder"):
            own_folder(state / "run")


class TestServerFolders:
    def test_a_deep_checkout_has_its_sockets_in_a_short_folder_of_our_own(self, state: Path) -> None:
        deep = places.claim(state / ("d" * 60) / ("e" * 40))
        where = Places(deep, deep)
        places.prepare(where, service_account())
        try:
            assert where.run == where.run
            assert len(str(where.run)) <= places.LONGEST_RUN_FOLDER
            assert stat.S_IMODE(where.run.stat().st_mode) & 0o007 == 0
        finally:
            where.run.rmdir()

    @as_root
    def test_a_short_folder_that_changed_hands_is_drawn_anew(self, state: Path) -> None:
        deep = places.claim(state / ("d" * 100))
        first = Places(deep, deep).run
        os.chown(first, SOMEBODY, -1)
        second = Places(deep, deep).run
        assert second != first
        first.rmdir()
        second.rmdir()

    @as_root
    def test_under_a_private_home_they_move_to_where_only_root_makes_folders(self, state: Path) -> None:
        home = state / "home"
        home.mkdir(mode=0o700)
        where = places.places(places.claim(home / "checkout"), "instance")
        assert where.base.parent == places.ROOT_HOME
        assert where.base != places.places(home / "checkout", "another").base

    @as_root
    def test_under_a_private_home_the_servers_start_all_the_same(self, state: Path) -> None:
        home = state / "home"
        home.mkdir(mode=0o700)
        servers = Servers(home / "checkout", throwaway=True)
        try:
            servers.start()
            assert servers.answer()
        finally:
            servers.stop()
            reset.reset(home / "checkout")
        assert not servers.places.base.exists()


class TestLock:
    def test_commands_share_and_a_stack_is_alone(self, state: Path) -> None:
        one, two, stack = (StateLock(state) for _ in range(3))
        assert one.try_share()
        assert two.try_share()
        with pytest.raises(ServiceError, match=r"is in use by a `manage.py` command: stop that first, or choose"):
            stack.take(STACK, patience=0.0)
        one.release()
        two.release()
        assert stack.take(STACK, patience=0.0) is False
        with pytest.raises(ServiceError, match=rf"is in use by `make run` \(process {os.getpid()}\)"):
            StateLock(state).take(STACK, patience=0.0)
        assert not StateLock(state).try_share()
        stack.release()
        assert StateLock(state).try_share()

    def test_a_start_is_told_that_the_last_one_was_cut_off(self, state: Path) -> None:
        hold = (
            "import sys, time; from pathlib import Path; from config.services.locks import StateLock;"
            "StateLock(Path(sys.argv[1])).take('make run', patience=0); print('held', flush=True); time.sleep(60)"
        )
        holder = subprocess.Popen([sys.executable, "-c", hold, str(state)], stdout=subprocess.PIPE, cwd=places.PROJECT)
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        holder.send_signal(signal.SIGKILL)
        holder.communicate()
        lock = StateLock(state)
        assert lock.take(STACK, patience=0.0) is True
        lock.release()
        assert StateLock(state).take(STACK, patience=0.0) is False


class TestPort:
    def test_a_taken_one_is_refused_with_another(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(ServiceError, match=rf"port {port} on 127.0.0.1 is taken.*`PORT={port + 1} make run`"):
                listening.reserve(f"127.0.0.1:{port}")

    def test_one_that_is_held_on_every_address_is_taken_too(self) -> None:
        with socket.create_server(("0.0.0.0", 0)) as taken, pytest.raises(ServiceError, match="is taken"):
            listening.reserve(f"127.0.0.1:{taken.getsockname()[1]}")

    def test_a_free_one_is_found_and_kept(self) -> None:
        with listening.reserve("127.0.0.1:0") as listener:
            host, port = listening.host_and_port(listener)
            assert listening.url_of(listener) == f"http://{host}:{port}"
            with socket.socket() as other, pytest.raises(OSError, match="in use"):
                other.bind((host, port))

    def test_every_address_is_reached_on_this_machine(self) -> None:
        with listening.reserve("0.0.0.0:0") as listener:
            assert listening.host_and_port(listener)[0] == "127.0.0.1"

    @pytest.mark.parametrize("bind", ["8000", ":8000", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:70000", ""])
    def test_what_is_no_address_is_refused(self, bind: str) -> None:
        with pytest.raises(ServiceError, match="is no address to serve on"):
            listening.reserve(bind)


class TestReset:
    def test_drops_what_is_ours_and_nothing_else(self, state: Path) -> None:
        (state / "letters.txt").touch()
        with pytest.raises(ServiceError, match="was not made by Casebook"):
            reset.reset(state)
        Servers(state)
        reset.reset(state)
        assert not state.exists()
        state.mkdir()

    def test_waits_for_nobody_it_cannot_stop(self, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reset, "STOP_PATIENCE_S", 0.0)
        Servers(state)
        user = StateLock(state)
        user.try_share()
        with pytest.raises(ServiceError, match=r"is in use by a `manage.py` command"):
            reset.reset(state)
        assert (state / "secrets.json").exists()
