# SPDX-License-Identifier: Apache-2.0
"""The legacy shop for tests: made, started, asked and stopped. Standard library only."""

import http.client
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE = 30


class Failed(Exception):
    """A program did not do what the test needs before it can begin."""


def run(words: list, env: dict | None = None) -> str:
    done = subprocess.run([str(word) for word in words], text=True, capture_output=True, check=False,
                          env={**os.environ, **(env or {})}, timeout=120)
    if done.returncode != 0:
        raise Failed(f"{words[0]} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


class Server:
    """A program that listens: `words`, and a port of its own that it writes into --ready-file."""

    def __init__(self, words: list, env: dict | None = None):
        self.folder = tempfile.TemporaryDirectory(prefix="legacy-shop-")
        ready = Path(self.folder.name, "ready")
        self.log = Path(self.folder.name, "log")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(word) for word in words] + ["--port", "0", "--ready-file", str(ready)],
                stdout=log, stderr=log, env={**os.environ, **(env or {})})
        until = time.monotonic() + PATIENCE
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > until:
                said = self.log.read_text(errors="replace")
                self.stop()
                raise Failed(f"{words[0]} does not begin: {said}")
            time.sleep(0.005)
        self.port = int(ready.read_text())

    def stop(self) -> str:
        """What it has said; a program that ends badly is a failure."""
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(PATIENCE)
        said = self.log.read_text(errors="replace")
        self.folder.cleanup()
        if code not in (0, -15):
            raise Failed(f"a program ended with {code}: {said}")
        return said


class Browser:
    """One connection, and the cookies that it was given."""

    def __init__(self, port: int, address: str | None = None):
        self.port = port
        self.connection = self.connect(address)
        self.used = time.monotonic()
        self.cookies: dict[str, str] = {}
        self.headers: dict[str, str] = {}

    def connect(self, address: str | None) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE, source_address=address and (address, 0))

    def move_to(self, address: str) -> None:
        """Asks from another address of this machine from now on: 127.0.0.2, say."""
        self.connection.close()
        self.connection = self.connect(address)
        self.used = time.monotonic()

    def ask(self, method: str, path: str, body=None, **headers: str) -> tuple[int, list, bytes]:
        """Status, fields and body of the answer. `X_Desk_Key="…"` is the field X-Desk-Key."""
        fields = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.cookies:
            fields["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        data = None
        if body is not None:
            data = body if isinstance(body, str) else json.dumps(body)
            fields.setdefault("Content-Type", "application/json")
        if time.monotonic() - self.used > 5:  # the shop may have given it up
            self.connection.close()
        self.connection.request(method, path, data and data.encode(), fields)
        answer = self.connection.getresponse()
        content = answer.read()
        self.used = time.monotonic()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                cookie, _, text = value.split(";")[0].partition("=")
                if text:
                    self.cookies[cookie] = text
                else:
                    self.cookies.pop(cookie, None)
        return answer.status, answer.getheaders(), content

    def close(self) -> None:
        self.connection.close()
