# SPDX-License-Identifier: Apache-2.0
"""The machine: its cores, its limits, what is installed on it, and how it is called in a report."""
import os
import platform
import re
import resource
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

# What is measured has one core to itself; origin and load generator share the other.
PROXY_CORE, LOAD_CORE = "0", "1"

# program: Debian package, and the section that is left out without it (None: all of them)
TOOLS = {"nginx": ("nginx-light", None), "haproxy": ("haproxy", None), "wrk": ("wrk", None),
         "taskset": ("util-linux", None), "setpriv": ("util-linux", None),
         "strace": ("strace", "calls"), "perf": ("linux-perf", "profile")}


def look_for_tools():
    """Names all that is missing at once; stops when nothing can be measured without it."""
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if not missing:
        return
    text = (f"{', '.join(missing)} not found; install: apt-get install --no-install-recommends "
            f"{' '.join(TOOLS[tool][0] for tool in missing)}")
    without = [TOOLS[tool][1] for tool in missing]
    if None in without:
        sys.exit(f"bench: {text}")
    print(f"Left out: {', '.join(without)} ({text})\n")


def stay_on_the_load_core():
    """This driver, its clients and its measuring must not disturb what is measured."""
    if (os.cpu_count() or 1) < 2:
        sys.exit("bench: two cores are needed, one for the server that is measured, one for the load")
    os.sched_setaffinity(0, {int(LOAD_CORE)})


def raise_file_limit(wanted=65536):
    """For this process and all that it starts; the limit that is in force now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for new in ((wanted, max(hard, wanted)), (min(hard, wanted), hard)):
        try:
            if hard == resource.RLIM_INFINITY:
                new = (wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, new)
            break
        except (ValueError, OSError):
            pass
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _output(*words):
    try:
        ran = subprocess.run(words, capture_output=True, text=True, timeout=10)
    except OSError:
        return "?"
    return (ran.stdout + ran.stderr).strip()


def _first(pattern, text, otherwise="?"):
    found = re.search(pattern, text, re.MULTILINE)
    return found[1].strip() if found else otherwise


def _version_of_tree(root):
    commit = _output("git", "-C", str(root), "rev-parse", "--short=12", "HEAD")
    changed = _output("git", "-C", str(root), "status", "--porcelain", "--untracked-files=no")
    return commit + (" with changes that are not committed" if changed else "")


def _build_of(build):
    cache = build / "CMakeCache.txt"
    cache = cache.read_text() if cache.exists() else ""
    flags = [_first(rf"^{name}:\w+=(.*)$", cache, "")
             for name in ("CMAKE_BUILD_TYPE", "CMAKE_CXX_FLAGS", "CMAKE_CXX_FLAGS_RELEASE")]
    return f"{' '.join(flags)}, {build}"


def facts(root, build):
    binary = build / "bin" / "banyan"
    built = time.strftime("%F %T", time.localtime(binary.stat().st_mtime)) if binary.exists() else "never"
    processor = _first(r"^model name\s*:(.*)$", Path("/proc/cpuinfo").read_text(), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "machine": f"{processor}, {os.cpu_count()} cores, {memory / 2**30:.0f} GiB",
        "kernel": platform.release(),
        "banyan": f"{_version_of_tree(root)}, built {built}",
        "build": _build_of(build),
        "nginx": _first(r"nginx/(\S+)", _output("nginx", "-v")),
        "haproxy": _first(r"version (\S+)", _output("haproxy", "-v")),
        "wrk": _first(r"wrk (?:debian/)?(\S+)", _output("wrk", "-v")),
        "date": time.strftime("%F %T %z"),
        "load": os.getloadavg()[0],
        "command": shlex.join(["./dev", "bench", *sys.argv[1:]]),
    }
