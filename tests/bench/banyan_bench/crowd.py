# SPDX-License-Identifier: Apache-2.0
"""Many clients that do nothing, and some that are slow: what they cost, and whether others notice."""
import os
import resource
import select
import socket
import subprocess
import sys
from pathlib import Path

from .contenders import LONG_PATH, PATHS, contender, origin
from .latency import half_rate
from .loads import steady, with_cpu
from .machine import LOAD_CORE
from .program import free_ports
from .report import bytes_text

IDLE, SLOW = 10_000, 1_000
NAMES = ("banyan", "nginx", "HAProxy")
PATH = PATHS["150 B"]


def run(bench):
    report = bench.report
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    idle = min(IDLE, files - 4096)
    report.heading("Crowds: idle and slow clients")
    report.say(f"{idle:,} keep-alive clients that made one request and stay; {SLOW:,} slow ones, half of which send a\n"
               "head byte by byte, half of which read 8 MiB byte by byte. Memory is what the process grew by,\n"
               "without the kernel's buffers; nginx has reserved its table of connections at the start.\n"
               "Latency: 150 B at half load over 64 connections, from when a request was due.\n")
    if idle < IDLE:
        report.say(f"  The limit of open files ({files}) allows no more than {idle:,} idle clients; "
                   f"for {IDLE:,}: ulimit -n {IDLE + 4096}\n")
    seen = {}
    upstream = free_ports(1)[0]
    with origin(bench.folder, upstream):
        for name in NAMES:
            seen[name] = {"idle": _beside(bench, name, upstream, lambda port: _IdleClients(port, idle), idle),
                          "slow": _beside(bench, name, upstream, _SlowClients, SLOW)}
    _print(report, seen)
    report.keep("crowd", {"idle_clients": idle, "slow_clients": SLOW, "seen": seen})


def _print(report, seen):
    for kind in ("idle", "slow"):
        rows = [(f"{kind} clients", "memory before", "with them", "bytes for each", "core when at rest",
                 "p99 µs without", "p99 µs with", "CPU µs/request without", "with")]
        for name, of in ((name, kinds[kind]) for name, kinds in seen.items()):
            rows.append((name, bytes_text(of["before"]), bytes_text(of["memory"]), f"{of['each']:,.0f}",
                         f"{of['rest']:.1%}", f"{of['alone']['p99']:.0f}", f"{of['beside']['p99']:.0f}",
                         f"{of['alone']['cpu']:.1f}", f"{of['beside']['cpu']:.1f}"))
        report.table(rows)


def _beside(bench, name, upstream, crowd, count):
    """In a process of its own: what one crowd has left in memory would hide what the next one takes."""
    rate = half_rate(bench)
    requests = int(rate * max(2, bench.options.seconds))
    with contender(name, bench.folder, upstream, bench.options) as program:
        def load():
            return with_cpu(program, lambda: steady(bench.report, bench.options, program, PATH, requests, rate))
        load()  # warm
        seen = {"alone": load(), "before": program.memory()}
        with crowd(program.port) as clients:
            _settle(program)
            memory = program.memory()
            seen |= {"memory": memory, "each": (memory - seen["before"]) / count,
                     "rest": program.share_of_core(1), "beside": load()}
            if lost := clients.lost():
                bench.report.problem(f"{name}: {lost} of {count} clients lost their connection")
        return seen


def _settle(program):
    """Until what could be buffered is."""
    for _ in range(20):
        if program.share_of_core(0.5) < 0.05:
            return


class _IdleClients:
    def __init__(self, port, count):
        self._port, self._count = port, count

    def __enter__(self):
        request = f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        self._clients = []
        for _ in range(self._count):
            client = socket.create_connection(("127.0.0.1", self._port), timeout=10)
            self._clients.append(client)
            client.sendall(request)
            if not client.recv(4096).startswith(b"HTTP/1.1 200"):
                sys.exit(f"bench: idle client {len(self._clients)} got no answer")
        return self

    def lost(self):
        """Nobody has asked anything, so what can be read is an end."""
        poll = select.poll()
        for each in self._clients:
            poll.register(each, select.POLLIN)
        return len(poll.poll(0))

    def __exit__(self, *_):
        for each in self._clients:
            each.close()


class _SlowClients:
    """In a process of its own, which yields to everybody else on its core."""

    def __init__(self, port):
        self._words = ["taskset", "-c", LOAD_CORE, "nice", "-n", "19", sys.executable, "-m", __name__, str(port)]

    def __enter__(self):
        folder = str(Path(__file__).resolve().parents[1])
        self._process = subprocess.Popen(self._words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder)
        self._process.stdout.readline()
        return self

    def lost(self):
        """A proxy may well give up on them."""
        return 0

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()


def _be_slow(port):
    """One byte for everyone every second, spread over the second, until standard input ends."""
    head = f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\nX-Slow: {'z' * 4000}\r\n\r\n".encode()
    writers, readers = [], []
    for _ in range(SLOW // 2):
        writers.append(socket.create_connection(("127.0.0.1", port)))
        reader = socket.socket()
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(("127.0.0.1", port))
        reader.sendall(f"GET {LONG_PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        readers.append(reader)
    print("ready", flush=True)
    for sent in range(len(head)):
        for writer, reader in zip(writers, readers):
            try:
                writer.send(head[sent:sent + 1])
                reader.recv(1, socket.MSG_DONTWAIT)
            except OSError:
                pass  # refused by a proxy that has had enough, which is its right
            if select.select([0], [], [], 2 / SLOW)[0]:
                os._exit(0)


if __name__ == "__main__":
    _be_slow(int(sys.argv[1]))
