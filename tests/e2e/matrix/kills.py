# SPDX-License-Identifier: Apache-2.0
"""kill -9 of a random process every few seconds."""

import os
import random
import signal
import subprocess
import threading
from collections import Counter
from pathlib import Path

from deployment import Deployment

CLUSTER = Path(__file__).resolve().parents[2] / "support" / "postgres_cluster"


class PostgresServer:
    """A server of the cell's own. Killed processes lose nothing that the system has taken; a power cut is
    not tried here."""

    def __init__(self, folder: Path):
        self.folder = folder

    def start(self) -> None:
        subprocess.run([CLUSTER, "start", "--no-sync", "--until", str(os.getpid()), self.folder], check=True,
                       stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        subprocess.run([CLUSTER, "kill", self.folder], check=True, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        subprocess.run([CLUSTER, "stop", self.folder], check=False, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    @property
    def url(self) -> str:
        return (self.folder / "url").read_text().strip()


class Killer:
    """Kills while it is awake. Never the supervisor, whose death would end all; sometimes the database
    server."""

    SERVER_SHARE = 8  # one kill in so many
    WEIGHTS = {"edge": 4, "provider": 1, "carrier": 1}
    SERVICE = 3

    def __init__(self, deployment: Deployment, server: PostgresServer | None, every: float, seed: int):
        self.deployment, self.server, self.every = deployment, server, every
        self.dice = random.Random(seed)
        self.kills: Counter = Counter()  # (stand, name)
        self.stand = ""
        self.trouble = ""
        self.awake = threading.Event()
        self.ended = threading.Event()
        self.lock = threading.Lock()  # held during a kill
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        while not self.ended.is_set():
            try:
                if self.waited():
                    self.kill_when_awake()
            except Exception as fault:  # whatever it is: who ends here kills nobody any more, and nobody would know
                self.trouble = f"the killer: {fault!r}"
                self.ended.wait(self.every)

    def kill_when_awake(self) -> None:
        with self.lock:
            if self.awake.is_set():
                self.kill_one()

    def waited(self) -> bool:
        """Half of the kills meet whatever there is, and those that start as well. Before the others all have come back:
        where a start takes longer than the time between two kills, nobody would ever be served."""
        if self.dice.random() < 0.5:
            while self.awake.is_set() and not self.deployment.is_ready():
                if self.ended.wait(0.5):
                    return False
        return not self.ended.wait(self.dice.uniform(0.5, 1.5) * self.every)

    def kill_one(self) -> None:
        if self.server is not None and self.dice.randrange(self.SERVER_SHARE) == 0:
            self.server.kill()
            self.server.start()
            self.kills[self.stand, "PostgreSQL"] += 1
            return
        victims = self.deployment.victims()
        if not victims:
            return
        weights = [self.WEIGHTS.get(name, self.SERVICE) for name, _ in victims]
        name, process = self.dice.choices(victims, weights)[0]
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.kills[self.stand, name] += 1

    def in_stand(self, stand: str) -> dict[str, int]:
        return {name: count for (where, name), count in self.kills.items() if where == stand}

    def wake(self, stand: str) -> None:
        self.stand = stand
        self.awake.set()

    def sleep(self) -> None:
        """When it returns, nobody is being killed."""
        self.awake.clear()
        with self.lock:
            pass

    def end(self) -> None:
        self.sleep()
        self.ended.set()
        self.thread.join()
