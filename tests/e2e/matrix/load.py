# SPDX-License-Identifier: Apache-2.0
"""The people who come to the shop all the time, and the oracle at their end: recordshop-load."""

import json
import signal
import subprocess
import time
from pathlib import Path

from deployment import Failure, ends_with_us

# In which somebody who gets no answer asks again, and the oracle waits.
PEOPLES_PATIENCE = 90


class Load:
    def __init__(self, binaries: Path, url: str, folder: Path, rate: float, seed: int):
        self.folder, self.begun = folder, time.time()
        with open(folder / "load.json", "wb") as report, open(folder / "load.log", "wb") as log:
            self.process = subprocess.Popen(
                [binaries / "recordshop-load", "--url", url, "--rate", str(rate), "--for", "86400", "--think",
                 "50", "--customers", "20", "--patience", str(PEOPLES_PATIENCE), "--seed", str(seed), "--json"],
                stdin=subprocess.DEVNULL, stdout=report, stderr=log, preexec_fn=ends_with_us)

    def check(self) -> None:
        if self.process.poll() is not None:
            raise Failure(f"recordshop-load has ended with {self.process.returncode}: {self.said()}")

    def said(self) -> str:
        return (self.folder / "load.log").read_text(errors="replace")[-2_000:]

    def verdict(self) -> dict:
        """Nobody comes any more; who is there goes on to the end, and then the oracle speaks."""
        self.check()
        self.process.send_signal(signal.SIGINT)
        try:
            code = self.process.wait(6 * PEOPLES_PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failure(f"recordshop-load does not come to its end: {self.said()}") from None
        text = (self.folder / "load.json").read_text()
        if not text.strip():
            raise Failure(f"recordshop-load has ended with {code} and without a report: {self.said()}")
        return json.loads(text)

    def drop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
