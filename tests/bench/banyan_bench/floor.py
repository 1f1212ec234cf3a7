# SPDX-License-Identifier: Apache-2.0
"""What the statements of a request cost through sqlite3 alone: those that a shop runs while it is asked are
written down, and run again on an equal file by a program that does nothing else (statement_floor)."""
import contextlib
import json
import sqlite3
import subprocess
import time
import urllib.request

from .loads import most
from .machine import PROXY_CORE

ASKED = 50  # times for what only reads, whose statements are run again for as long as it takes


def can_be_measured(options):
    return all((options.tools / tool).exists() for tool in ("statement_floor", "statement_recorder.so"))


class Recording:
    """Of the statements that one program runs on its database."""

    def __init__(self, bench, database):
        self.database, self.file = database, database.with_suffix(".statements")
        self._bench = bench
        self.file.touch()

    def of_the_kit(self):
        """What stands before the words of a program that takes SQLite from the system's library."""
        return ["env", f"LD_PRELOAD={self._bench.options.tools / 'statement_recorder.so'}",
                f"BANYAN_BENCH_DATABASE={self.database}", f"BANYAN_BENCH_STATEMENTS={self.file}"]

    def of_itself(self):
        """What stands before the words of one that writes its statements down by itself."""
        return ["env", f"BANYAN_BENCH_STATEMENTS={self.file}"]

    def size(self):
        return self.file.stat().st_size

    def copy_of_database(self, name):
        """As it is now, while it is in use."""
        copy = self.database.with_suffix(f".{name}")
        with contextlib.closing(sqlite3.connect(self.database)) as original, \
                contextlib.closing(sqlite3.connect(copy)) as target:
            original.backup(target)
            target.execute("PRAGMA journal_mode = WAL")
        return copy


def measure(bench, shop, recording, loads, connections):
    """For each load the runs: {"cpu": µs, "statements": how many} of a request."""
    return {load: _of_a_load(bench, shop, recording, path, script, connections)
            for load, (path, script) in loads.items()}


def _of_a_load(bench, shop, recording, path, script, connections):
    if script:
        begin = recording.size()
        most(bench.report, shop, path, connections, 1, script=script)  # warm: statements are prepared once
        _let_it_finish(recording, recording.size() - begin)
    else:
        _ask(shop, path)
    begin, before = recording.size(), recording.copy_of_database("before")
    if script:
        seconds = bench.options.seconds
        # wrk counts what was answered, and leaves one of each connection on its way.
        asked = most(bench.report, shop, path, connections, seconds, script=script)["requests"] + connections
        _let_it_finish(recording, (recording.size() - begin) / seconds)
    else:
        asked = ASKED
        for _ in range(ASKED):
            _ask(shop, path)
    end = recording.size()
    runs = [_run_again(bench, recording, before, begin, end, 0 if script else 1)
            for _ in range(bench.options.rounds)]
    refused = max(run["refused"] / max(1, run["statements"]) for run in runs)
    if refused > 0.01:
        bench.report.problem(f"{shop.name}, {path}: {refused:.0%} of its statements cannot be run again; its floor is "
                             "too low")
    return [{"cpu": run["cpu"] / asked * 1e6, "statements": run["statements"] / asked} for run in runs]


def _let_it_finish(recording, bytes_a_second):
    """What an order leads to goes on behind its answer: until it is quiet, but for what a shop does all the time."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        before = recording.size()
        time.sleep(0.5)
        if recording.size() - before <= max(bytes_a_second / 40, 100_000):
            return


def _run_again(bench, recording, before, begin, end, seconds):
    again = recording.database.with_suffix(".again")
    for name in (again, *(again.with_name(again.name + ending) for ending in ("-wal", "-shm"))):
        name.unlink(missing_ok=True)
    again.write_bytes(before.read_bytes())
    ran = subprocess.run(["taskset", "-c", PROXY_CORE, bench.options.tools / "statement_floor", again, recording.file,
                          str(begin), str(end), str(seconds)], capture_output=True, text=True)
    if ran.stderr:
        bench.report.say(f"  {ran.stderr.strip()[:300]}")
    if ran.returncode:
        raise SystemExit(f"bench: statement_floor said:\n{ran.stderr}")
    return json.loads(ran.stdout)


def _ask(shop, path):
    urllib.request.urlopen(f"http://127.0.0.1:{shop.port}{path}", timeout=10).read()
