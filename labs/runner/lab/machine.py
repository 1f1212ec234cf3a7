# SPDX-License-Identifier: Apache-2.0
"""How busy the machine is with other work, and how much a check could do on it."""
import os
import re
from pathlib import Path

COMPILER = 1_500_000_000  # bytes of memory that one at work may need
AT_MOST = 4.0  # times as long; whoever wants to wait longer says so (BANYAN_LAB_PATIENCE)


def processors() -> int:
    return len(os.sched_getaffinity(0))


def busy() -> float:
    """How many programs want each processor, as the last minute was: 1, where everybody gets what he wants, to AT_MOST."""
    return min(max(os.getloadavg()[0] / processors(), 1.0), AT_MOST)


def available_memory() -> int | None:
    """Bytes that a program which begins now could have. None, where nobody says so."""
    try:
        found = re.search(r"MemAvailable:\s+(\d+) kB", Path(os.environ.get("BANYAN_LAB_MEMINFO", "/proc/meminfo")).read_text())
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None


def computed_in(session: int) -> float:
    """Seconds of processor that those in a session have had, and those whom they have waited for."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        if int(fields[3]) == session:
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")
