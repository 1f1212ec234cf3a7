# SPDX-License-Identifier: Apache-2.0
"""The proxy in front of an application, its operators' commands, and the application that takes a read over."""

import os
import subprocess
from pathlib import Path

from proxies import Running

BANYAN = Path(os.environ.get("BANYAN_PROGRAM", Path(__file__).resolve().parents[3] / "build/dev/bin/banyan")).resolve()

STRANGLER = BANYAN.parent / "wiki"  # app/wiki

CONFIGURATION = """[proxy]
listen = ["{address}"]
operators = "127.0.0.1:{operators}"
control_store = "control.db"

[limits]
body_bytes = "64MiB"

[upstreams.application]
instances = ["{application}"]

[[routes]]
name = "everything"
prefix = "/"
methods = ["*"]
legacy = "application"
"""


class Proxy:
    def __init__(self, folder: Path, address: str, configuration: str, operators: str = ""):
        folder.mkdir(exist_ok=True, parents=True)
        (folder / "banyan.toml").write_text(configuration)
        self.address, self.operators = address, operators
        self.server = Running([BANYAN, "proxy", "--config", folder / "banyan.toml"], address, folder, "proxy")

    def operate(self, *words: str, expected: int = 0) -> str:
        done = subprocess.run([BANYAN, *words, "--url", f"http://{self.operators}"],
                              capture_output=True, text=True, check=False, timeout=60)
        said = done.stdout + done.stderr
        if done.returncode != expected:
            raise AssertionError(f"banyan {' '.join(words)} ended with {done.returncode}:\n{said}")
        return said

    def stop(self):
        self.server.stop()


def take_over(wiki, address: str, folder: Path, pages: Path | None = None) -> Running:
    """app/wiki beside a wiki, on its pages or on others."""
    return Running(
        [STRANGLER, "--listen", address, "--wiki", wiki.address, "--wiki-pages", pages or wiki.pages,
         "--wiki-access", wiki.access, "--database", folder / "pages/pages.db"], address, folder, "pages")
