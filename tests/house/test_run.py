"""The one command's own decisions, without starting anything big."""

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import run
from config import engines, folder, installer
from config.engines import CannotRun, Postgres, Service
from config.supervisor import Supervisor

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def service(command: list[str], name: str = "sleeper") -> Service:
    return Service(name, command, lambda: True, env=dict(os.environ))


class TestDataFolder:
    def test_its_note_is_private_and_read_back(self, tmp_path: Path) -> None:
        values = {"DATABASE_URL": "postgres:///cvr?host=%2Ftmp%2Fx", "CVR_PID": "12"}
        folder.write_instance(tmp_path, values)
        folder.write_instance(tmp_path, values)
        assert folder.read_instance(tmp_path) == values
        assert stat.S_IMODE((tmp_path / "instance.env").stat().st_mode) == 0o600

    def test_its_secret_is_made_once_and_private(self, tmp_path: Path) -> None:
        first = folder.secret_key(tmp_path)
        assert len(first) >= 50
        assert folder.secret_key(tmp_path) == first
        assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600

    def test_a_second_start_is_refused_and_told_by_whom(self, tmp_path: Path) -> None:
        held = folder.lock_folder(tmp_path)
        url = "http://127.0.0.1:8123/"
        folder.write_instance(tmp_path, {"CVR_PID": str(os.getpid()), "CVR_URL": url})
        with pytest.raises(CannotRun, match=f"process {os.getpid()}, {url}"):
            folder.lock_folder(tmp_path)
        os.close(held)
        os.close(folder.lock_folder(tmp_path))

    def test_the_lock_is_held_until_the_last_child_is_gone(self, tmp_path: Path) -> None:
        held = folder.lock_folder(tmp_path)
        child = subprocess.Popen(SLEEP, pass_fds=(held,))
        os.close(held)
        assert folder.is_locked(tmp_path)
        child.kill()
        child.wait()
        assert not folder.is_locked(tmp_path)

    def test_a_number_that_nobody_has_is_not_alive(self) -> None:
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        assert not folder.is_alive(str(gone.pid))
        assert not folder.is_alive("")
        assert folder.is_alive(str(os.getpid()))


class TestInstaller:
    def test_a_changed_lock_is_not_installed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(installer, "VENV", tmp_path)
        lock = tmp_path / "some.lock"
        lock.write_text("a==1")
        assert not installer.is_installed(lock)
        installer.stamp_of(lock).write_text(installer.stamp(lock))
        assert installer.is_installed(lock)
        lock.write_text("a==2")
        assert not installer.is_installed(lock)

    def test_a_python_without_venv_is_told_what_to_install(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(installer, "VENV", tmp_path / "venv")
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        with pytest.raises(CannotRun, match="apt-get install python3-venv"):
            installer.make_venv()

    @pytest.mark.parametrize("lock", [*installer.LOCKS.values(), installer.INSTALLER_LOCK])
    def test_every_package_is_pinned_with_its_hash(self, lock: Path) -> None:
        text = lock.read_text()
        blocks = [block for block in text.split("\n") if "==" in block and block[0] != " "]
        assert blocks
        assert all(line.rstrip().endswith("\\") for line in blocks)
        assert text.count("--hash=sha256:") >= len(blocks)
        assert "://" not in text  # no registry is named


class TestEngines:
    def test_another_major_version_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "PG_VERSION").write_text("17\n")
        with pytest.raises(CannotRun, match="made by PostgreSQL 17"):
            Postgres(tmp_path, tmp_path, tmp_path).prepare()

    def test_socket_paths_are_short_and_private(self, tmp_path: Path) -> None:
        deep = tmp_path / ("a-very-deep-checkout/" * 8)
        sockets = engines.socket_folder(deep)
        assert len(str(sockets / ".s.PGSQL.5432.lock")) < 100
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        (sockets / "left-behind").touch()
        assert list(engines.socket_folder(deep).iterdir()) == []
        sockets.rmdir()

    def test_a_path_too_long_for_sockets_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tempfile.tempdir", f"{tmp_path}/{'long' * 20}")
        with pytest.raises(CannotRun, match="TMPDIR"):
            engines.socket_folder(tmp_path)

    def test_a_planted_link_is_refused(self, tmp_path: Path) -> None:
        sockets = engines.socket_folder(tmp_path)
        sockets.rmdir()
        sockets.symlink_to(tmp_path)
        with pytest.raises(CannotRun, match="a link that we did not make"):
            engines.socket_folder(tmp_path)
        sockets.unlink()

    def test_locale_settings_do_not_leak_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("LC_ALL", "LANG", "PGHOST", "PGPASSWORD"):
            monkeypatch.setenv(name, "x")
        assert not {"LC_ALL", "LANG", "PGHOST", "PGPASSWORD"} & set(engines.clean_env())

    def test_no_wheel_and_no_server_says_what_to_do(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(CannotRun, match="REDIS_URL"):
            engines.valkey_program(tmp_path)
        with pytest.raises(CannotRun, match="DATABASE_URL"):
            engines.ladder(tmp_path, tmp_path, tmp_path)


class TestSupervisor:
    def test_a_process_that_ends_is_reported_with_its_last_words(self, tmp_path: Path) -> None:
        supervisor = Supervisor(tmp_path)
        last = service([sys.executable, "-c", "print('last words'); raise SystemExit(3)"], "brief")
        supervisor.start(last).wait()
        with pytest.raises(CannotRun, match=r"(?s)brief ended by itself \(code 3\).*last words"):
            supervisor.check()

    def test_one_that_is_not_vital_is_started_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("config.supervisor.AGAIN_AFTER", 0.0)
        supervisor = Supervisor(tmp_path)
        brief = Service("brief", [sys.executable, "-c", ""], lambda: True, vital=False)
        first = supervisor.start(brief)
        first.wait()
        supervisor.check()  # does not raise
        (again,) = supervisor.running
        assert (again[0], again[1].pid != first.pid) == (brief, True)
        supervisor.stop()

    def test_stopping_asks_first_and_then_kills(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("config.supervisor.STOP_WITHIN", 0.5)
        deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True)"
        supervisor = Supervisor(tmp_path)
        polite = supervisor.start(service(SLEEP, "polite"))
        stubborn = supervisor.start(
            service([sys.executable, "-c", f"{deaf}; time.sleep(60)"], "stubborn")
        )
        wait_for(lambda: "1" in (tmp_path / "stubborn.log").read_text())
        supervisor.stop()
        assert polite.returncode == -signal.SIGTERM
        assert stubborn.returncode == -signal.SIGKILL

    def test_what_a_dead_process_left_behind_is_stopped_too(self, tmp_path: Path) -> None:
        script = f"import subprocess; print(subprocess.Popen({SLEEP!r}).pid, flush=True)"
        supervisor = Supervisor(tmp_path)
        supervisor.start(service([sys.executable, "-c", script], "parent")).wait()
        orphan = (tmp_path / "parent.log").read_text().strip()
        assert folder.is_alive(orphan)
        supervisor.stop()
        wait_for(lambda: not folder.is_alive(orphan))

    def test_children_die_with_a_killed_supervisor(self, tmp_path: Path) -> None:
        script = (
            "import os, sys; from pathlib import Path\n"
            "from config.engines import Service; from config.supervisor import Supervisor\n"
            f"command = {SLEEP!r}\n"
            "child = Supervisor(Path(sys.argv[1])).start("
            "Service('child', command, lambda: True, env=dict(os.environ)))\n"
            "print(child.pid, flush=True); child.wait()\n"
        )
        parent = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)],
            cwd=run.ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert parent.stdout
        child = parent.stdout.readline().strip()
        assert folder.is_alive(child)
        parent.kill()
        parent.wait()
        wait_for(lambda: not folder.is_alive(child))


class TestSigner:
    def test_its_memory_lies_beside_the_data_and_it_knows_no_secret(self, tmp_path: Path) -> None:
        env = {"SECRET_KEY": "x", "DATABASE_URL": "x", "REDIS_URL": "x", "PATH": "y"}
        data = tmp_path / "data"
        data.mkdir()
        made = run.signer(data, env, tmp_path / "run")
        memory = tmp_path / "data-signer" / folder.log_id(data)
        assert made.command[made.command.index("--state") + 1] == str(memory)
        assert env["CVR_LOG_ORIGIN"] == f"localhost/{memory.name}/1"
        assert set(made.env) == {"PATH", "CVR_LOG_SIGNER", "CVR_LOG_ORIGIN"}
        assert env["CVR_LOG_SIGNER"] == str(tmp_path / "run" / "signer.sock")
        assert not made.vital

    def test_new_data_begin_a_new_log(self, tmp_path: Path) -> None:
        first, second = tmp_path / "a", tmp_path / "b"
        for data in (first, second):
            data.mkdir()
        assert folder.signer_folder(first) == folder.signer_folder(first)
        assert folder.log_id(first) != folder.log_id(second)


class TestSite:
    def test_a_taken_port_is_refused_with_another(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(CannotRun, match=f"PORT={port + 1}"):
                run.claim_port("127.0.0.1", port)

    @pytest.mark.parametrize("port", ["http", "", "0", "-1", "70000"])
    def test_a_port_that_is_none_is_refused(
        self, monkeypatch: pytest.MonkeyPatch, port: str
    ) -> None:
        monkeypatch.setenv("PORT", port)
        with pytest.raises(CannotRun, match="not a port number"):
            run.wanted_port()

    def test_demonstration_is_the_default_and_can_be_turned_off(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("CVR_DEMO", raising=False)
        assert run.site_env(tmp_path)["CVR_DEMO"] == "1"
        monkeypatch.setenv("CVR_DEMO", "0")
        assert run.site_env(tmp_path)["CVR_DEMO"] == "0"

    def test_an_unknown_command_shows_the_help(self) -> None:
        with pytest.raises(CannotRun, match=r"(?s)Unknown command: strat.*python3 run.py test"):
            run.run_site(["strat"])


def wait_for(holds: Callable[[], bool], within: float = 10.0) -> None:
    """Wait until something holds, or fail."""
    until, pause = time.monotonic() + within, threading.Event()
    while not holds():
        assert time.monotonic() < until, "it did not come to hold in time"
        pause.wait(0.05)
