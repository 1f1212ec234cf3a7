# SPDX-License-Identifier: Apache-2.0
"""Programs that run beside a check: started on a port of the kernel's choice, waited for, and stopped."""
import http.client
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Callable

from .checking import SLOWER, Bench, NotYet, Red

PATIENCE = 20 * SLOWER


def until(condition: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Waits for it, and says whether it has come."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


class Running:
    """A server that says where it listens in a ready file. `look` is where to look when it does not start."""

    def __init__(self, bench: Bench, name: str, *words: object, label: str = "", look: str = ""):
        label = label or name.replace("/", "-")
        self.name, self.log = name, bench.folder / f"{label}.log"
        ready = bench.folder / f"{label}.ready"
        ready.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [bench.program(name), "--listen", "127.0.0.1:0", "--ready-file", ready, *map(str, words)],
                cwd=bench.folder, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while not ready.is_file() or not ready.read_text().strip():
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = [line for line in self.log.read_text(errors="replace").splitlines() if not line.startswith("See: ")]
                last = (said or ["nothing"])[-1]
                raise Red(NotYet(did=f"started {name}", saw=f"it did not start, and said: {last}",
                                 expected="a program that listens", why="without it nothing else can be seen", look=look))
            time.sleep(0.02)
        self.port = int(ready.read_text())

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def get(self, path: str, limit: float = 10) -> tuple[int, str]:
        """Status and body; 0 when there is no answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=limit)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()

    def metric(self, name: str, **labels: str) -> float:
        """The sum of the samples that have these labels."""
        total = 0.0
        for line in self.get("/metrics")[1].splitlines():
            if line.startswith(name + "{") and all(f'{key}="{value}"' in line for key, value in labels.items()):
                total += float(line.rsplit(" ", 1)[1])
        return total

    def pause(self) -> None:
        """It hangs: its sockets take calls, and nobody answers."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.go_on()
            self.process.terminate()
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def make_shop(bench: Bench, tracks: int) -> Path:
    """A shop's database with made-up records, the same for the seed."""
    database = bench.folder / "shop.db"
    done = bench.run("recordshop-data", "generate", "--tracks", str(tracks), "--seed", str(bench.seed),
                     "--database", str(database), limit=60)
    if done.returncode != 0:
        raise RuntimeError(f"recordshop-data: {done.stderr}")
    return database


class Buyers:
    """People who come while something happens, and the auditor at the end (recordshop-load)."""

    def __init__(self, bench: Bench, url: str, seconds: float, rate: float = 20):
        self.process = subprocess.Popen(
            [bench.program("recordshop-load"), "--url", url, "--rate", str(rate), "--for", str(seconds), "--think", "20",
             "--seed", str(bench.seed), "--customers", "4", "--json"],
            cwd=bench.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def report(self, limit: float = 40) -> dict:
        out, err = self.process.communicate(timeout=limit * SLOWER)
        if not out:
            return {"holds": False, "all": {"requests": 0, "failures": 0}, "checks": [],
                    "failures": [err.strip().splitlines()[-1] if err.strip() else "no report"]}
        return json.loads(out)
