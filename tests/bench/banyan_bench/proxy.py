# SPDX-License-Identifier: Apache-2.0
"""The proxy beside nginx, HAProxy and the floor: all that has to be measured of it."""
from . import against, calls, cpu, crowd, large, latency, profile, shadow
from .contenders import check_built

SECTIONS = {"cpu": cpu.run, "latency": latency.run, "crowd": crowd.run, "large": large.run, "shadow": shadow.run,
            "calls": calls.run, "profile": profile.run}


def run(bench):
    check_built(bench.options)
    if bench.options.against:
        against.run(bench)
        return
    for name, section in SECTIONS.items():
        if name in bench.options.only:
            section(bench)
