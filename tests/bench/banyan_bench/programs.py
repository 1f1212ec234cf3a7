# SPDX-License-Identifier: Apache-2.0
"""The programs of this folder that measure by themselves: all targets whose name ends in _bench."""
import os
import re
import subprocess
import sys
from pathlib import Path


def run(bench):
    options, report = bench.options, bench.report
    declared = (Path(__file__).resolve().parents[1] / "CMakeLists.txt").read_text()
    names = re.findall(r"^add_executable\((\w+_bench) ", declared, re.MULTILINE)
    built = subprocess.run(["cmake", "--build", options.build, "--target", *names], capture_output=True, text=True)
    if built.returncode:
        sys.exit(f"bench: {', '.join(names)} cannot be built:\n{built.stdout[-2000:]}")
    os.sched_setaffinity(0, range(os.cpu_count() or 1))  # they are load and server in one
    kept = {}
    for program in (options.build / "tests" / "bench" / name for name in sorted(names)):
        report.heading(program.name)
        try:
            ran = subprocess.run([program], timeout=30, capture_output=True, text=True)
        except subprocess.TimeoutExpired:
            report.problem(f"{program.name} took longer than 30 s and was stopped")
            continue
        kept[program.name] = (ran.stdout + ran.stderr).splitlines()
        report.say("\n".join("  " + line for line in kept[program.name]) + "\n")
        if ran.returncode:
            report.problem(f"{program.name} ended with code {ran.returncode}")
    report.keep("programs", kept)
