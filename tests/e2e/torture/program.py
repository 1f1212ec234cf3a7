# SPDX-License-Identifier: Apache-2.0
import signal
import subprocess
import time
from pathlib import Path


class Program:
    """A process that is started again and again, at the same address."""

    def __init__(self, words: list, folder: Path, name: str):
        self.words, self.folder, self.name = words, folder, name
        self.port = 0
        self.process = None

    def start(self, *more: str) -> None:
        ready = self.folder / f"ready-{self.name}"
        ready.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [*self.words, "--port", str(self.port), "--ready-file", ready, *more],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        until = time.monotonic() + 60
        while not ready.exists():
            if self.process.poll() is not None:
                raise SystemExit(f"torture: {self.name} has ended: " +
                                 self.process.stderr.read().decode())
            if time.monotonic() > until:
                raise SystemExit(f"torture: {self.name} does not start within 60 s")
            time.sleep(0.02)
        self.port = int(ready.read_text())

    def replace(self) -> None:
        """A new process takes over; the old one has to end by itself, in peace."""
        old = self.process
        self.start("--take-over")
        try:
            code = old.wait(60)
        except subprocess.TimeoutExpired:
            old.kill()
            raise SystemExit(f"torture: a process of {self.name} that was taken over from does not "
                             "end") from None
        said = old.stderr.read().decode()[:4000]
        old.stderr.close()
        if code != 0:
            raise SystemExit(f"torture: a process of {self.name} that was taken over from ended with "
                             f"{code}: {said}")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
