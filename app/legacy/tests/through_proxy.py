# SPDX-License-Identifier: Apache-2.0
"""`banyan proxy` before a server of a test, on free ports. Standard library only."""

import os
import socket
import subprocess
import time
from pathlib import Path

from legacy_shop import PATIENCE, Browser, Failed

# Everything goes on as it came; nobody asks by himself how the application is, so it hears what the test asks and no more.
ONE_ROUTE = """\
[proxy]
listen = ["127.0.0.1:8080"]
operators = "127.0.0.1:9180"
control_store = "control.db"

[upstreams.shop]
instances = ["127.0.0.1:3000"]

[[routes]]
name = "everything"
prefix = "/"
methods = ["*"]
legacy = "shop"
"""


def replace_ports(text: str, ports: dict[str, int]) -> str:
    """Those that an example has, by those of this run."""
    for was, is_now in ports.items():
        text = text.replace(f"127.0.0.1:{was}", f"127.0.0.1:{is_now}")
    return text


def one_route(port: int) -> str:
    return replace_ports(ONE_ROUTE, {"3000": port})


class Proxy:
    """With the file `text`, in which 8080 stands for where clients come, and 9180 for where operators do."""

    def __init__(self, program: Path, folder: Path, text: str):
        folder.mkdir()
        with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
            self.port, self.operators = one.getsockname()[1], two.getsockname()[1]
        config, self.log = folder / "banyan.toml", folder / "proxy.log"
        config.write_text(replace_ports(text, {"8080": self.port, "9180": self.operators}))
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([program, "proxy", "--config", config, "--explain"], cwd=folder, stdout=log,
                                            stderr=log, env={**os.environ, "XDG_RUNTIME_DIR": str(folder)})
        until = time.monotonic() + PATIENCE
        while not self.listens():
            if self.process.poll() is not None or time.monotonic() > until:
                raise Failed(f"the proxy does not begin: {self.stop()}")
            time.sleep(0.01)

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def sent(self) -> int:
        """How many requests it has sent on, by its own counters."""
        operators = Browser(self.operators)
        text = operators.ask("GET", "/metrics")[2].decode()
        operators.close()
        return int(sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                       if line.startswith("banyan_upstream_requests_total{")))

    def stop(self) -> str:
        """What it has said."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(PATIENCE)
        return self.log.read_text(errors="replace")
