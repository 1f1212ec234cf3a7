# SPDX-License-Identifier: Apache-2.0
"""`banyan up` with a deployment file that is made for each stand."""

import ctypes
import json
import os
import signal
import subprocess
import time
from pathlib import Path

from shop import Shop

PATIENCE = 120.0


def ends_with_us() -> None:
    """In a child: whoever kills the matrix leaves nothing behind."""
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def text_of(shop: Shop, programs: dict[str, list[str]], state: Path) -> str:
    # A program that is killed every few seconds has to come back every few seconds.
    lines = ["[supervisor]", f"state = {json.dumps(str(state))}", 'restart_first = "50ms"',
             'restart_most = "1s"', 'healthy_after = "500ms"']
    for name, words in programs.items():
        command = ", ".join(json.dumps(word) for word in words)
        lines += ["", f"[programs.{name}]", f"command = [{command}]",
                  f'ready = "{shop.ready(name)}"', 'restart = "always"']
    return "\n".join(lines) + "\n"


class Deployment:
    """What runs at the moment; one supervisor after the other."""

    def __init__(self, shop: Shop, folder: Path):
        self.shop, self.folder = shop, folder
        self.banyan = shop.binaries / "banyan"
        self.file = folder / "none.toml"
        self.supervisor = None
        self.names: list[str] = []
        self.restarts = 0

    def up(self, stand: str) -> None:
        self.names = list(self.shop.programs(stand))
        self.file = self.folder / f"{stand}.toml"
        self.file.write_text(text_of(self.shop, self.shop.programs(stand), self.folder / "up"))
        with open(self.folder / "up.log", "ab") as log:
            self.supervisor = subprocess.Popen([self.banyan, "up", self.file], stdin=subprocess.DEVNULL,
                                               stdout=log, stderr=log, preexec_fn=ends_with_us)

    def status(self) -> list[dict]:
        """Of each program; nothing while there is no supervisor that answers."""
        done = subprocess.run([self.banyan, "ps", self.file, "--json"], capture_output=True, check=False)
        return json.loads(done.stdout)["programs"] if done.returncode == 0 else []

    def victims(self) -> list[tuple[str, int]]:
        """What runs, by name and process: children of the supervisor, and nobody else."""
        return [(each["name"], each["pid"]) for each in self.status()
                if each["pid"] and parent_of(each["pid"]) == self.supervisor.pid]

    def check(self) -> list[dict]:
        """The status; a failure when the supervisor has given one up."""
        if self.supervisor.poll() is not None:
            raise Failure(f"banyan up has ended with {self.supervisor.returncode}; {self.tail('up.log')}")
        status = self.status()
        for each in status:
            if each["state"] in ("failed", "done", "stopped"):
                raise Failure(f"{each['name']} is {each['state']} ({each['last_end']['text']}); " +
                              self.tail(f"up/{each['name']}.log"))
        return status

    def is_ready(self) -> bool:
        return all_are_ready(self.status())

    def wait_until_ready(self) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            status = self.check()
            if all_are_ready(status):
                return
            if time.monotonic() > until:
                raise Failure(f"not all are ready within {PATIENCE:.0f} s: " +
                              ", ".join(f"{each['name']} {each['state']}" for each in status))
            time.sleep(0.05)

    def down(self) -> None:
        """All end in peace, or it is a failure."""
        if self.supervisor is None:
            return
        self.restarts += sum(each["restarts"] for each in self.status())
        subprocess.run([self.banyan, "down", self.file], capture_output=True, check=False)
        try:
            code = self.supervisor.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failure(f"banyan down {self.file} does not end what runs") from None
        self.supervisor = None
        if code != 0:
            raise Failure(f"banyan up {self.file} ended with {code}; {self.tail('up.log')}")

    def drop(self) -> None:
        """The end, whatever there was."""
        if self.supervisor is not None and self.supervisor.poll() is None:
            self.supervisor.send_signal(signal.SIGTERM)
            try:
                self.supervisor.wait(30)
            except subprocess.TimeoutExpired:
                # Nothing outlives it.
                self.supervisor.kill()
                self.supervisor.wait()

    def tail(self, name: str, most: int = 2_000) -> str:
        path = self.folder / name
        said = path.read_bytes()[-most:].decode(errors="replace") if path.exists() else ""
        return f"{path} ends with\n{said}"


def all_are_ready(status: list[dict]) -> bool:
    return bool(status) and all(each["state"] == "ready" for each in status)


def parent_of(process: int) -> int:
    try:
        with open(f"/proc/{process}/stat", encoding="ascii", errors="replace") as stat:
            return int(stat.read().rpartition(")")[2].split()[1])
    except OSError:
        return 0


class Failure(Exception):
    """The cell has failed, for this reason."""


def run_until(words: list, patience: float, settled=(0,), notes: list | None = None,
              meanwhile=None) -> subprocess.CompletedProcess:
    """A command of the kit, again while what it asks is not there or refuses: processes are being killed.
    What `meanwhile` raises ends it."""
    until = time.monotonic() + patience
    pause = 0.1
    while True:
        done = subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode in settled:
            return done
        said = (done.stderr or done.stdout).strip()
        if notes is not None:
            notes.append(f"{' '.join(str(word) for word in words[1:5])}: code {done.returncode}: {said[:300]}")
        if time.monotonic() > until or done.returncode in (os.EX_USAGE, os.EX_SOFTWARE):
            raise Failure(f"{' '.join(str(word) for word in words)} ends with {done.returncode}: {said}")
        if meanwhile is not None:
            meanwhile()
        time.sleep(pause)
        pause = min(pause * 2, 1.0)
