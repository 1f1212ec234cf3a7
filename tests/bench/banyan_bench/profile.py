# SPDX-License-Identifier: Apache-2.0
"""Where the time of each proxy goes, sampled by perf: kernel, libraries, its own functions."""
import re
import shutil
import subprocess

from .contenders import NAMES, PATHS, beside_each_other
from .loads import most

SHOWN = 15


def run(bench):
    report, options = bench.report, bench.options
    report.heading("Where the time goes")
    if not shutil.which("perf"):
        report.say("  not sampled: perf is not installed (apt-get install --no-install-recommends linux-perf)\n")
        return
    report.say("perf, sampled by the clock at full load, 150 B, keep-alive, 64 connections.\n")
    with beside_each_other(bench.folder, options) as (_, programs):
        for each in programs:
            most(report, each, PATHS["150 B"], 64, 1)  # warm
        seen = {each.name: _sample(bench, each) for each in programs}
    if not all(seen.values()):
        report.say("  not sampled: perf may not look at processes here (kernel.perf_event_paranoid)\n")
        return
    places = sorted({place for lines in seen.values() for _, place, _ in lines},
                    key=lambda place: -max(_share(lines, place) for lines in seen.values()))
    report.table([("% of the CPU time", *NAMES)] +
                 [(place, *(f"{_share(seen[name], place):.1f}" for name in NAMES)) for place in places
                  if max(_share(lines, place) for lines in seen.values()) >= 0.5])
    own = [line for line in seen["banyan"] if line[1] != "[kernel.kallsyms]"][:SHOWN]
    report.table([("banyan outside the kernel", "%")] + [(symbol[:100], f"{share:.2f}") for share, _, symbol in own])
    report.keep("profile", seen)


def _share(lines, place):
    return sum(share for share, where, _ in lines if where == place)


def _sample(bench, program):
    """(share in %, library or program, function), most expensive first."""
    file = bench.folder / f"perf-{program.name}"
    pids = ",".join(str(pid) for pid in sorted(program.tree()))
    perf = subprocess.Popen(["perf", "record", "-q", "-e", "cpu-clock", "-F", "2000", "-o", str(file), "-p", pids,
                             "--", "sleep", str(bench.options.seconds)], stderr=subprocess.DEVNULL)
    most(bench.report, program, PATHS["150 B"], 64, bench.options.seconds + 1)
    perf.wait(20)
    ran = subprocess.run(["perf", "report", "--stdio", "-i", str(file), "--fields", "overhead,dso,symbol", "-t", "\t"],
                         capture_output=True, text=True)
    file.unlink(missing_ok=True)
    return [(float(found[1]), found[2].strip(), found[3].strip()) for found in re.finditer(
        r"^\s*([\d.]+)%\s*\t([^\t]+)\t\[.\] ([^\t\n]+)", ran.stdout, re.MULTILINE)]
