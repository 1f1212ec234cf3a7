# SPDX-License-Identifier: Apache-2.0
"""The program under test, as people run it: `banyan proxy --config banyan.toml`; or, with
BANYAN_FORM=embedded, the serving library inside of an application that has modules of its own:
`recordshop --config banyan.toml`."""

import os
import posixpath
import re
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from .wire import PATIENCE, Hangs, Wire, read_answer

HOST = "conformance.test"

CONFIGURATION = """
[proxy]
listen = ["127.0.0.1:{port}"]
{settings}
[limits]
{limits}
[upstreams.origin]
instances = ["127.0.0.1:{origin}"]
answer_time = "{answer_time}"
[[routes]]
name = "write"
prefix = "/"
methods = ["*"]
effect = "write"
legacy = "origin"
[[routes]]
name = "read"
prefix = "/read"
methods = ["*"]
effect = "read"
legacy = "origin"
"""


def program():
    path = os.environ.get("BANYAN_PROGRAM")
    if not path:
        raise RuntimeError("set BANYAN_PROGRAM to the banyan program to test, e.g. build/release/bin/banyan")
    return Path(path).resolve()


def embedded():
    return os.environ.get("BANYAN_FORM", "standalone") == "embedded"


def answered_by_the_application(target):
    """Whether the application around an embedded proxy has this path, its start page, or whether a
    path can be read as that."""
    return embedded() and posixpath.normpath(target.split("?")[0]) in ("/", "//")


def words_of(folder, loops, log_file):
    """What is started in the folder with its banyan.toml."""
    common = ["--config", folder / "banyan.toml", "--loops", str(loops), "--log-file", log_file]
    if not embedded():
        return [program(), "proxy", *common]
    shop = Path(os.environ["BANYAN_SHOP_PROGRAM"]).resolve()
    return [shop, *common, "--database", folder / "shop.db"]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return sock.getsockname()[1]


class Client(Wire):
    """A connection to the proxy (or to any server on this machine)."""

    def __init__(self, port):
        super().__init__(socket.create_connection(("127.0.0.1", port), PATIENCE))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def ask(self, target, fields="", method="GET", body=b"", host=HOST, version="1.1"):
        """Sends a plain request."""
        length = f"Content-Length: {len(body)}\r\n" if body or method in ("POST", "PUT", "PATCH") else ""
        head = f"{method} {target} HTTP/{version}\r\nHost: {host}\r\n{length}{fields}\r\n"
        self.send(head.encode("latin-1") + body)

    def answer(self, method="GET"):
        return read_answer(self, method)


class Reachable:
    """What clients come to by a port of this machine."""

    def connect(self):
        return Client(self.port)

    def fetch(self, target, **how):
        """One request on a connection of its own."""
        with self.connect() as client:
            client.ask(target, **how)
            return client.answer(how.get("method", "GET"))


class Proxy(Reachable):
    """Runs until the end of the `with`; loops=1 so that all clients share the upstream connections."""

    def __init__(self, origin_port, *, settings="", limits="", answer_time="20s", port=0, loops=1):
        self._folder = tempfile.TemporaryDirectory(prefix="banyan-conformance-")
        folder = Path(self._folder.name)
        limits = limits or 'header_time = "60s"\nbody_time = "60s"'
        (folder / "banyan.toml").write_text(
            CONFIGURATION.format(port=port, origin=origin_port, settings=settings, limits=limits,
                                 answer_time=answer_time))
        self.log_file = folder / "log.json"
        self._complaints = folder / "stderr"
        words = words_of(folder, loops, self.log_file)
        with open(self._complaints, "wb") as complaints:
            # There it keeps its locks; one that is killed leaves them.
            self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=complaints, cwd=folder,
                                            env=dict(os.environ, XDG_RUNTIME_DIR=str(folder)))
        said = line = ""
        found = None
        while not found and (line := self.process.stdout.readline().decode()):
            said += line
            found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        if not found:
            self.process.kill()
            raise RuntimeError(f"the proxy did not start: {said!r} {self._complaints.read_text()}")
        self.port = int(found[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def alive(self):
        return self.process.poll() is None

    def metric(self, name, **labels):
        """The sum of all series of that name that have these labels."""
        total = 0.0
        for line in self.fetch("/metrics", host=f"127.0.0.1:{self.port}").body.decode().splitlines():
            if re.match(re.escape(name) + r"[{ ]", line) and all(
                    f'{key}="{value}"' in line for key, value in labels.items()):
                total += float(line.rsplit(" ", 1)[1])
        return total

    def wait(self, condition, what):
        """For what can only be asked for again and again."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise Hangs(f"waited for {what}")
            time.sleep(0.01)

    def hold(self):
        """Stops it in its tracks, so that what happens until go_on() is there for it all at once."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self._folder.cleanup()

    def stop(self):
        """Ends it. A complaint (of a sanitizer, say) or another exit code than 0 is an error."""
        try:
            self.process.terminate()
            try:
                code = self.process.wait(3 * PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise Hangs("the proxy does not end on SIGTERM") from None
            complaints = self._complaints.read_text(errors="replace")
            if code != 0 or complaints:
                raise AssertionError(f"the proxy ended with {code} and said:\n{complaints[-4000:]}")
        finally:
            self.process.stdout.close()
            self._folder.cleanup()
