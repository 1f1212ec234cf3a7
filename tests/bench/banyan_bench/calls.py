# SPDX-License-Identifier: Apache-2.0
"""System calls per proxied request, counted by strace."""
import re
import shutil
import signal
import subprocess
import time

from .contenders import NAMES, PATHS, beside_each_other
from .loads import steady
from .machine import PROXY_CORE

REQUESTS = 5_000
LEAST = 0.005  # calls per request; rarer ones are summed up


def run(bench):
    report = bench.report
    report.heading("System calls per request")
    if not shutil.which("strace"):
        report.say("  not counted: strace is not installed (apt-get install --no-install-recommends strace)\n")
        return
    report.say(f"{REQUESTS:,} keep-alive requests of 150 B over 64 connections, as fast as they are answered.\n")
    with beside_each_other(bench.folder, bench.options) as (_, programs):
        seen = {each.name: _count(bench, each) for each in programs}
    if not all(seen.values()):
        report.say("  not counted: strace may not attach to processes here (ptrace is forbidden)\n")
        return
    most = {call: max(calls.get(call, 0) for calls in seen.values()) for calls in seen.values() for call in calls}
    shown = [call for call in sorted(most, key=most.get, reverse=True) if most[call] >= LEAST]
    rows = [("", *NAMES)]
    for call in shown:
        rows.append((call, *(f"{seen[name][call]:.2f}" if seen[name].get(call, 0) >= LEAST else "" for name in NAMES)))
    rows.append(("others", *(f"{sum(n for call, n in seen[name].items() if call not in shown):.2f}" for name in NAMES)))
    rows.append(("together", *(f"{sum(seen[name].values()):.2f}" for name in NAMES)))
    report.table(rows)
    report.keep("calls", seen)


def _count(bench, program):
    """Calls per request by name; nothing when strace could not attach."""
    steady(bench.report, bench.options, program, PATHS["150 B"], 2000)  # warm
    file = bench.folder / f"strace-{program.name}"
    attach = [word for pid in sorted(program.tree()) for word in ("-p", str(pid))]
    # On the core of what it stops: the two run by turns, and another core would have to be woken each time.
    strace = subprocess.Popen(["taskset", "-c", PROXY_CORE, "strace", "-f", "-c", "-o", str(file), *attach],
                              stderr=subprocess.PIPE, text=True)
    first = strace.stderr.readline()
    if "attached" not in first:
        strace.wait()
        return {}
    time.sleep(0.5)
    steady(bench.report, bench.options, program, PATHS["150 B"], REQUESTS)
    strace.send_signal(signal.SIGINT)
    strace.communicate(timeout=20)
    return {found[2]: int(found[1]) / REQUESTS for found in re.finditer(
        r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$", file.read_text(), re.MULTILINE)
        if found[2] != "total"}
