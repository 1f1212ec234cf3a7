# SPDX-License-Identifier: Apache-2.0
"""Does what a page of the docs says, as its reader would: its shell blocks in their order, those marked
`sh server` in terminals of their own. A program that is started again takes the place of the one before.

Nothing is built for it: `cmake` and `ctest` are taken at their word, and what they would have built is
given. Its ports are replaced by free ones.
"""
import json
import os
import re
import shlex
import shutil
import socket
import stat
import subprocess
import time
from pathlib import Path

PATIENCE = 60
BLOCK = re.compile(r"^```sh( server)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def free_port():
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return str(any_port.getsockname()[1])


class Page:
    def __init__(self, page, folder, banyan, built):
        """`built` is what stands for build/release; `banyan` the command line."""
        self.blocks = [(bool(server), text) for server, text in BLOCK.findall(page.read_text())]
        self.ports = {"8080": free_port(), "8081": free_port()}
        self.folder, self.built = folder, built
        self.servers = {}
        self.tools = folder / "tools"
        self.tools.mkdir(parents=True)
        self.tool("cmake", f'exec python3 {Path(__file__).resolve()} "{built}" "$@"')
        self.tool("ctest", '[ "$*" = "--preset dev" ]')
        self.tool("curl", f'exec {shutil.which("curl")} --fail-with-body "$@"')
        url = f"http://127.0.0.1:{self.ports['8080']}"
        self.tool("banyan", f'case "$1" in new) exec {banyan} "$@" ;; *) exec {banyan} --url {url} "$@" ;; esac')
        self.environment = os.environ | {"PATH": f"{self.tools}:{os.environ['PATH']}", "XDG_RUNTIME_DIR": str(folder)}
        self.here = folder

    def tool(self, name, line):
        file = self.tools / name
        file.write_text(f"#!/bin/bash\n{line}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)

    def follow(self):
        """What each block has said. Raises AssertionError when one fails."""
        try:
            return [self.start(text) if server else self.run(text) for server, text in self.blocks]
        finally:
            for server in self.servers.values():
                server.kill()
                server.wait()

    def with_ports(self, text):
        return re.sub("808[01]", lambda port: self.ports[port[0]], text)

    def run(self, text):
        where = self.folder / "where"
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", f"{self.with_ports(text)}\npwd > {where}"],
                              cwd=self.here, env=self.environment, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=PATIENCE, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{text}\nexit code {done.returncode}:\n{done.stdout[-3000:]}\n{self.logs()}")
        self.here = Path(where.read_text().strip())
        return done.stdout

    def start(self, text):
        words = shlex.split(self.with_ports(text))
        if "--port" not in words:
            words += ["--port", self.ports["8080"]]
        name = Path(words[0]).name
        if name in self.servers:
            self.servers[name].terminate()
            self.servers[name].wait(PATIENCE)
        ready = self.folder / f"{name}-{time.monotonic_ns()}.ready"
        with open(self.folder / f"{name}.log", "ab") as log:
            self.servers[name] = subprocess.Popen([*words, "--ready-file", str(ready)], cwd=self.here,
                                                  env=self.environment, stdout=log, stderr=log)
        end = time.monotonic() + PATIENCE
        while not ready.exists():
            if self.servers[name].poll() is not None or time.monotonic() > end:
                raise AssertionError(f"{text} does not start:\n{self.logs()}")
            time.sleep(0.02)
        return ""

    def logs(self):
        return "\n".join(f"--- {log.name}\n{log.read_text()[-2000:]}" for log in self.folder.glob("*.log"))


def cmake(built, *words):
    """In place of cmake: a preset that is there is built."""
    steps = {("--preset",): "configurePresets", ("--build", "--preset"): "buildPresets"}
    kind = steps.get(words[:-1])
    presets = json.loads(Path("CMakePresets.json").read_text())
    if kind is None or words[-1] not in [preset["name"] for preset in presets[kind]]:
        raise SystemExit(f"cmake {shlex.join(words)}: not with this tree")
    target = Path("build") / words[-1]
    if not target.is_symlink():
        target.parent.mkdir(exist_ok=True)
        target.symlink_to(built)


if __name__ == "__main__":
    import sys
    cmake(*sys.argv[1:])
