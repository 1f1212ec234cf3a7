# SPDX-License-Identifier: Apache-2.0
"""A server that is measured: started on a core of its own, asked what it costs, stopped."""
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from .machine import PROXY_CORE

TICK = os.sysconf("SC_CLK_TCK")


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Program:
    """Runs from the begin of the `with` to its end."""

    def __init__(self, name, words, port, log, core=PROXY_CORE):
        self.name, self.port, self._log = name, port, Path(log)
        # It ends with this process, whatever that one dies of.
        self._words = ["setpriv", "--pdeathsig", "TERM", "taskset", "-c", core, *map(str, words)]

    def __enter__(self):
        with open(self._log, "w") as log:
            self.process = subprocess.Popen(self._words, stdin=subprocess.PIPE, stdout=log,
                                            stderr=subprocess.STDOUT)
        end = time.monotonic() + 20
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/albums/1", timeout=1).read()
                return self
            except urllib.error.HTTPError:
                return self
            except OSError:
                time.sleep(0.05)
        self.__exit__()
        sys.exit(f"bench: {self.name} did not start:\n{self._log.read_text()[-2000:]}")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:  # draining connections that nobody will end
            self.process.kill()
            self.process.wait()
        self.process.stdin.close()

    def tree(self):
        """The process and all below it: nginx and HAProxy work in children."""
        parents = {}
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                parents[int(entry.parent.name)] = int(entry.read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                pass
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found

    def _sum(self, read):
        total = 0
        for pid in self.tree():
            try:
                total += read(pid)
            except OSError:
                pass
        return total

    def cpu_seconds(self, in_the_kernel=True):
        def read(pid):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            return int(fields[11]) + (int(fields[12]) if in_the_kernel else 0)
        return self._sum(read) / TICK

    def share_of_core(self, seconds):
        before = self.cpu_seconds()
        time.sleep(seconds)
        return (self.cpu_seconds() - before) / seconds

    def memory(self, kind="VmRSS"):
        """Bytes; "VmHWM" is the most there ever was."""
        def read(pid):
            found = re.search(rf"^{kind}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
            return int(found[1]) * 1024 if found else 0
        return self._sum(read)


class Programs:
    """Several that are measured as one; the first is the one that is asked. They are started from the last
    to the first, so that each finds those that it calls."""

    def __init__(self, name, programs):
        self.name, self.port, self._programs = name, programs[0].port, programs

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            for each in reversed(self._programs):
                stack.enter_context(each)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def cpu_seconds(self, in_the_kernel=True):
        return sum(each.cpu_seconds(in_the_kernel) for each in self._programs)
