# SPDX-License-Identifier: Apache-2.0
"""Load generators: wrk for as much as goes, steady_load for a rate that is kept."""
import json
import re
import subprocess
import sys

from .machine import LOAD_CORE


def _seconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60}[unit]


def most(report, program, path, connections, seconds, closes=False, script=None):
    """As many requests as are answered: how many, per second, and p50 and p99 in seconds. `script` is one of wrk's, in
    Lua, that makes the requests."""
    words = ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency",
             *(["-H", "Connection: close"] if closes else []), *(["-s", script] if script else []),
             f"http://127.0.0.1:{program.port}{path}"]
    output = subprocess.run(words, capture_output=True, text=True, timeout=seconds + 20).stdout
    trouble = [line.strip() for line in output.splitlines() if "Non-2xx" in line or "Socket errors" in line]
    if trouble:
        report.problem(f"{program.name}, {path}: {'; '.join(trouble)}")
    count = re.search(r"(\d+) requests in", output)
    if not count:
        sys.exit(f"bench: wrk said:\n{output}")
    return {"requests": int(count[1]), "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]),
            "p50": _seconds(re.search(r"(?m)^\s+50%\s+(\S+)", output)[1]),
            "p99": _seconds(re.search(r"(?m)^\s+99%\s+(\S+)", output)[1])}


def with_cpu(program, run):
    """What `run` measured, and the microseconds of CPU that each request cost the program."""
    before, user_before = program.cpu_seconds(), program.cpu_seconds(in_the_kernel=False)
    seen = run()
    for name, seconds in (("cpu", program.cpu_seconds() - before),
                          ("cpu_user", program.cpu_seconds(in_the_kernel=False) - user_before)):
        seen[name] = seconds / max(1, seen["requests"]) * 1e6
    return seen


def steady(report, options, program, path, requests, rate=None, connections=64):
    """At `rate` per second, or without one as fast as answers come; times in microseconds."""
    words = ["taskset", "-c", LOAD_CORE, options.tools / "steady_load", program.port, path, connections, requests,
             *([f"{rate:.1f}"] if rate else [])]
    ran = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                         timeout=60 + (requests / rate if rate else 60))
    if ran.returncode:
        sys.exit(f"bench: steady_load against {program.name} said:\n{ran.stderr}")
    seen = json.loads(ran.stdout)
    if seen["failed"]:
        report.problem(f"{program.name}: {seen['failed']} of {seen['requests']} steady requests of {path} failed")
    return seen
