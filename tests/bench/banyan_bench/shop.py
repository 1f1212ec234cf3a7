# SPDX-License-Identifier: Apache-2.0
"""What a request of the shop costs: in one process, over a full wire, split into services, and beside an
equivalent shop on Fastify and better-sqlite3."""
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from . import floor, peer
from .loads import most, with_cpu
from .program import Program, Programs, free_ports
from .report import median, ratio, spread

CONNECTIONS = 16
ORDERS_SCRIPT = Path(__file__).resolve().parents[1] / "peer_shop" / "orders.lua"
TARGET = 3.0  # times the peer's requests per CPU second


def run(bench):
    for binary in ("recordshop", "recordshop-data"):
        if not (bench.options.bin / binary).exists():
            sys.exit(f"bench: {bench.options.bin / binary} is not built; run ./dev build release")
    Shop(bench).measure()


class Shop:
    def __init__(self, bench):
        self._bench, self._options, self._report = bench, bench.options, bench.report

    def measure(self):
        self._report.heading("The shop: browsing, reading an order and ordering, by where its modules are")
        self._report.say(
            f"{CONNECTIONS} connections, {self._options.rounds} rounds of {self._options.seconds} s for each, in turns; "
            "median (least … most). CPU is that\nof all processes of the shop, on one core together; the load has the "
            "other. The peer is the same shop\non the same tables as one process on Fastify and better-sqlite3: joins, "
            "and one transaction for an order\nwith its stock, payment and consignment; both wait for the disk before "
            "they acknowledge. The modules\nalso log, count, trace, keep sagas and publish events.\n")
        seen = {}
        with contextlib.ExitStack() as stack:
            shops = [stack.enter_context(each) for each in self._contenders()]
            loads = self._loads(shops[0])
            for load, (path, script) in loads.items():
                seen[load] = {shop.name: [] for shop in shops}
                for shop in shops:
                    most(self._report, shop, path, CONNECTIONS, 1, script=script)  # warm
                for turn in range(self._options.rounds):
                    for shop in shops[turn % len(shops):] + shops[:turn % len(shops)]:
                        seen[load][shop.name].append(with_cpu(shop, lambda: most(
                            self._report, shop, path, CONNECTIONS, self._options.seconds, script=script)))
        self._print(seen)
        self._report.keep("shop", seen)
        floors = self._floors(loads)
        self._print_floors(seen, floors)
        self._report.keep("floors", floors)

    def _floors(self, loads):
        """By shop and load, of those whose statements are all run by one process."""
        if not floor.can_be_measured(self._options):
            self._report.say("Left out: the floor (statement_floor and statement_recorder are not built)\n")
            return {}
        floors = {}
        for name in ("one process", peer.NAME):
            recording = floor.Recording(self._bench, self._database(f"{name}, recorded"))
            shop = self._recorded(name, recording)
            if shop:
                with shop:
                    floors[name] = floor.measure(self._bench, shop, recording, loads, CONNECTIONS)
        return floors

    def _recorded(self, name, recording):
        port, log = free_ports(1)[0], self._bench.folder / f"{recording.database.name}.log"
        if name == peer.NAME:
            server = peer.installed(self._report)
            words = [*recording.of_itself(), "node", server, port, recording.database]
            return Program(name, words, port, log) if server else None
        words = [*recording.of_the_kit(), self._options.bin / "recordshop", "--port", port, "--database",
                 recording.database, "--loops", "1", "--control", f"{recording.database}.control"]
        return Program(name, words, port, log)

    def _contenders(self):
        modules = self._modules()
        half = modules[:len(modules) // 2]
        yield self._shop("one process", [modules])
        yield self._shop("rehearsed", [modules], "--rehearse", "orders")
        yield self._shop("split in two", [modules[len(half):], half])
        yield self._shop(f"split in {len(modules)}", [[name] for name in reversed(modules)])
        server = peer.installed(self._report)
        if server:
            port, database = free_ports(1)[0], self._database("peer")
            yield Program(peer.NAME, ["node", server, port, database], port, self._bench.folder / "peer.log")

    def _shop(self, name, processes, *options):
        """The first process is the one that is asked; each of the others hosts a part of the modules."""
        database = self._database(name)
        ports = free_ports(len(processes))
        programs = []
        for own, port in zip(processes, ports):
            elsewhere = [f"--at={module}=127.0.0.1:{at}" for part, at in zip(processes, ports)
                         if part is not own for module in part]
            words = [self._options.bin / "recordshop", "--port", port, "--database", database, "--loops", "1",
                     "--control", f"{database}.{port}.control", *options, *elsewhere]
            if len(processes) > 1:
                words += ["--modules", ",".join(own), *([] if own is processes[0] else ["--internal"])]
            programs.append(Program(name, words, port, self._bench.folder / f"{database.name}.{port}.log"))
        return Programs(name, programs)

    def _database(self, name):
        """Each contender's own copy, with stock that does not run out."""
        original = self._bench.folder / "shop.db"
        if not original.exists():
            subprocess.run([self._options.bin / "recordshop-data", "generate", "--tracks", "2000", "--database",
                            original], check=True, capture_output=True)
            with contextlib.closing(sqlite3.connect(original)) as database:
                database.execute("UPDATE stock SET on_hand = 1000000000")
                database.commit()
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._write_what_is_ordered(original)
        copy = self._bench.folder / f"{name.replace(',', '').replace(' ', '-')}.db"
        copy.write_bytes(original.read_bytes())
        return copy

    def _write_what_is_ordered(self, file):
        with contextlib.closing(sqlite3.connect(file)) as database:
            tables = {name for name, in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            customers = database.execute("SELECT id FROM customers LIMIT 200" if "customers" in tables else
                                         "SELECT DISTINCT customer_id FROM orders LIMIT 200").fetchall()
            tracks = database.execute("SELECT id FROM tracks WHERE currency = 'EUR' LIMIT 1000").fetchall()
        target = self._bench.folder / "ordered.txt"
        target.write_text("".join([f"customer {id}\n" for id, in customers] + [f"track {id}\n" for id, in tracks]))
        os.environ["BANYAN_BENCH_ORDERS"] = str(target)

    def _modules(self):
        """Of the shop as it is built, needed ones first."""
        port = free_ports(1)[0]
        words = [self._options.bin / "recordshop", "--port", port, "--database", self._bench.folder / "empty.db"]
        with Program("recordshop", words, port, self._bench.folder / "modules.log"):
            return [module["name"] for module in _ask(port, "/_banyan/api/live")["modules"]]

    def _loads(self, shop):
        first = _ask(shop.port, "/albums?limit=1")["albums"][0]
        album, words = first["id"], urllib.parse.quote(first["artist"]["name"][:4])
        order = _ask(shop.port, "/orders?limit=1")["orders"][0]["id"]
        return {"a page of albums": ("/albums?limit=20", None), "an album": (f"/albums/{album}", None),
                "a search": (f"/search?text={words}", None), "an order": (f"/orders/{order}", None), "ordering": ("/orders", ORDERS_SCRIPT)}

    def _print(self, seen):
        names = list(next(iter(seen.values())))
        say = self._report.table
        say([("µs CPU/request", *names)] +
            [(load, *(spread([run["cpu"] for run in runs[name]]) for name in names)) for load, runs in seen.items()])
        say([("requests/s", *names)] +
            [(load, *(f"{median([run['rate'] for run in runs[name]]):,.0f}" for name in names))
             for load, runs in seen.items()])
        say([("p50 / p99 ms", *names)] +
            [(load, *(" / ".join(f"{median([run[p] for run in runs[name]]) * 1e3:.2f}" for p in ("p50", "p99"))
                      for name in names)) for load, runs in seen.items()])
        if peer.NAME not in names:
            return
        others = [name for name in names if name != peer.NAME]
        rows = [(f"requests per CPU second / {peer.NAME}", *others)]
        for load, runs in seen.items():
            theirs = [run["cpu"] for run in runs[peer.NAME]]
            rows.append((load, *(f"{ratio(theirs, [run['cpu'] for run in runs[name]]):.1f}" for name in others)))
        say(rows)
        self._report.say(f"The target for one process is {TARGET:.0f} times the peer's.\n")

    def _print_floors(self, seen, floors):
        names = list(floors)
        if not names:
            return
        self._report.say(
            "The floor: the statements that a shop runs for these requests, written down and run again through sqlite3 "
            "alone, on an\nequal file (statement_floor). What is above its own floor is what another framework could "
            "save a shop at most; what\nis in the last column is what one process would reach if all but its statements "
            "were free.\n")
        rows = [("µs CPU/request", *(word for name in names for word in (name, "floor", "statements")),
                 *([f"{peer.NAME} / floor"] if peer.NAME in names else []))]
        for load, runs in seen.items():
            row = [load]
            for name in names:
                least = floors[name][load]
                row += [f"{median([run['cpu'] for run in runs[name]]):.1f}", spread([run["cpu"] for run in least]),
                        f"{median([run['statements'] for run in least]):.1f}"]
            if peer.NAME in names:
                theirs, least = ([run["cpu"] for run in of] for of in (runs[peer.NAME], floors["one process"][load]))
                row.append(f"{ratio(theirs, least):.1f}")
            rows.append(tuple(row))
        self._report.table(rows)


def _ask(port, path):
    return json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10))
