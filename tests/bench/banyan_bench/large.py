# SPDX-License-Identifier: Apache-2.0
"""Bodies of gigabytes, up and down: throughput, CPU, and the most memory the proxy ever had."""
import sys
from pathlib import Path

from .bulk import transfer
from .contenders import NAMES, contender
from .machine import LOAD_CORE
from .program import Program, free_ports
from .report import bytes_text

MOST_MEMORY = 64 << 20


def _origin(folder, port):
    words = ["env", f"PYTHONPATH={Path(__file__).resolve().parents[1]}", sys.executable, "-m",
             "banyan_bench.bulk", port]
    return Program("the origin (bulk.py)", words, port, folder / "bulk.log", LOAD_CORE)


def run(bench):
    report, options = bench.report, bench.options
    size = (256 << 20) if options.quick else (2 << 30)
    report.heading("Large bodies")
    report.say(f"One upload and one download of {bytes_text(size)}; target: never more than "
               f"{bytes_text(MOST_MEMORY)} of memory.\n")
    seen = {}
    port = free_ports(1)[0]
    with _origin(bench.folder, port) as upstream:
        seen["origin, no proxy"] = {way: _transfer(bench, upstream, way, size) for way in ("upload", "download")}
        for name in NAMES:
            seen[name] = {}
            for way in ("upload", "download"):  # each in a process of its own: VmHWM never falls
                with contender(name, bench.folder, port, options) as program:
                    seen[name][way] = _transfer(bench, program, way, size)
    rows = [("", "upload MB/s", "CPU s/GiB", "peak memory", "download MB/s", "CPU s/GiB", "peak memory")]
    for name, ways in seen.items():
        row = [name]
        for of in ways.values():
            row += [f"{of['rate'] / 1e6:,.0f}"]
            row += ["", ""] if name.startswith("origin") else [f"{of['cpu']:.2f}", bytes_text(of["peak"])]
        rows.append(row)
    report.table(rows)
    for way in ("upload", "download"):
        ours = seen["banyan"][way]
        if ours["peak"] > MOST_MEMORY:
            report.say(f"  The {way} took more than {bytes_text(MOST_MEMORY)} of memory.\n")
    report.keep("large", {"size": size, "seen": seen})


def _transfer(bench, program, way, size):
    before = program.cpu_seconds()
    try:
        seen = transfer(program.port, way == "upload", size)
    except OSError as error:
        seen = {"arrived": 0, "seconds": 0.001, "head": [str(error)]}
    if seen["arrived"] != size:
        bench.report.problem(f"{program.name}: of the {way} of {size} bytes {seen['arrived']} arrived {seen['head']}")
    return {"arrived": seen["arrived"], "rate": seen["arrived"] / seen["seconds"],
            "cpu": (program.cpu_seconds() - before) / (size / 2**30), "peak": program.memory("VmHWM")}
