#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does what docs/how-to/front-an-application.md says, from `banyan init` to a route that has moved
and is back, and compares what is printed with what the page shows. Only the ports are others.

BANYAN_PROGRAM is the program under test.
"""

import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs/how-to/front-an-application.md"
PATIENCE = 30


def blocks(page):
    """The fenced blocks: (info string, text)."""
    return [(found[1], found[2]) for found in
            re.finditer(r"^```(.+?)\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)]


def free_ports(count):
    with_ports = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in with_ports]
    for each in with_ports:
        each.close()
    return ports


def wait(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited for {what}")
        time.sleep(0.05)


def listens(port):
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


def pattern_of(line):
    """… stands for anything."""
    return ".*".join(re.escape(part) for part in line.rstrip("…").split("…")) + ("" if line.endswith("…") else "$")


class HowTo(unittest.TestCase):
    """A folder, ports, and programs that end with the test: for a page that says what to type."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="banyan-how-to-")
        self.addCleanup(self.folder.cleanup)
        self.ports = dict(zip(("3000", "3001", "8080", "9180"), map(str, free_ports(4))))
        program = Path(os.environ["BANYAN_PROGRAM"]).resolve()
        self.environment = dict(os.environ, PATH=f"{program.parent}:{os.environ['PATH']}",
                                XDG_RUNTIME_DIR=self.folder.name, NO_COLOR="1")
        self.running = []
        self.addCleanup(self.stop)

    def stop(self):
        for each in self.running:
            os.killpg(each.pid, signal.SIGTERM)
            each.wait(PATIENCE)

    def here(self, text):
        return re.sub(r"\b(3000|3001|8080|9180)\b", lambda found: self.ports[found[0]], text)

    def serve(self, command):
        self.running.append(subprocess.Popen(
            ["bash", "-c", command], cwd=self.folder.name, env=self.environment, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def run_all(self, commands):
        """One after the other; each has to succeed."""
        said = ""
        for command in commands.splitlines():
            done = subprocess.run(["bash", "-c", command], cwd=self.folder.name, env=self.environment,
                                  text=True, capture_output=True, timeout=PATIENCE, check=False)
            self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}{done.stderr}")
            said += done.stdout if done.stdout.endswith("\n") or not done.stdout else done.stdout + "\n"
        return said

    def compare(self, said, shown):
        """What is shown was said in this order, whatever was said besides."""
        rest = iter(said.splitlines())
        for line in filter(None, shown.splitlines()):
            self.assertTrue(any(re.match(pattern_of(line), each) for each in rest),
                            f"the page shows\n  {line}\nand what was said is\n{said}")


class TheHowTo(HowTo):
    def edit(self, info, text):
        """As somebody with an editor does."""
        file = Path(self.folder.name, "banyan.toml")
        content = file.read_text()
        if info == "toml append":
            self.appended = text
            return
        for name in info.split()[2:]:
            line = f'name = "{name}"\n'
            self.assertIn(line, content)
            content = content.replace(line, line + text)
        beside = file.with_suffix(".new")
        beside.write_text(content + "\n" + self.appended)
        beside.rename(file)
        wait(lambda: "albums" in self.run_all(f"banyan status --url http://127.0.0.1:{self.ports['9180']}"),
             "the proxy to take the file")

    def test_every_command_does_what_the_page_shows(self):
        page = blocks(PAGE)
        for info, text in page:  # those who are there before
            if info.startswith("python "):
                Path(self.folder.name, info.split()[1]).write_text(text)
        for info, text in page:
            if info == "sh before":
                for line in text.splitlines():
                    self.serve("exec " + self.here(line).removesuffix("&"))
        wait(lambda: all(listens(int(self.ports[each])) for each in ("3000", "3001")), "the shops")
        said = None
        compared = 0
        for info, text in page:
            text = self.here(text)
            if info == "sh serve":
                self.serve("exec " + text)
                wait(lambda: listens(int(self.ports["8080"])), "the proxy")
            elif info in ("sh", "sh init"):
                if info == "sh init":
                    text = (f"{text.strip()} --listen 127.0.0.1:{self.ports['8080']}"
                            f" --operators 127.0.0.1:{self.ports['9180']}")
                said = self.run_all(text)
            elif info == "text":
                self.compare(said, text)
                compared += 1
            elif info.startswith("toml "):
                self.edit(info, text)
        self.assertEqual(compared, 7, "the page has other steps now")

    def test_another_output_than_the_page_shows_is_noticed(self):
        with self.assertRaises(AssertionError):
            self.compare("albums: legacy -> canary 10%\n", "albums: legacy -> canary 1%\n")


if __name__ == "__main__":
    unittest.main()
