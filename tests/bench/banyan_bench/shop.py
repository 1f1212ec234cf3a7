# SPDX-License-Identifier: Apache-2.0
"""What a request of the shop costs, in one process and over a full wire."""
import json
import subprocess
import sys
import urllib.request

from .loads import most, with_cpu
from .program import Program, free_ports
from .report import median, spread


def _ask(port, path):
    return json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10))


def run(bench):
    options, report = bench.options, bench.report
    for binary in ("recordshop", "recordshop-data"):
        if not (options.bin / binary).exists():
            sys.exit(f"bench: {options.bin / binary} is not built; run ./dev build release")
    report.heading("The shop: GET of an order through the monolith, 16 connections")
    database = bench.folder / "shop.db"
    subprocess.run([options.bin / "recordshop-data", "generate", "--tracks", "200", "--database", database],
                   check=True, capture_output=True)
    rows, kept = [("", "µs CPU/request", "requests/s", "p50 ms", "p99 ms")], {}
    for name, more in (("in process", []), ("rehearsed (full wire)", ["--rehearse", "orders"])):
        port = free_ports(1)[0]
        words = [options.bin / "recordshop", "--port", port, "--database", database, *more]
        with Program("recordshop", words, port, bench.folder / "shop.log") as shop:
            path = f"/orders/{_ask(port, '/orders?limit=1')['orders'][0]['id']}"
            most(report, shop, path, 16, 1)  # warm
            runs = [with_cpu(shop, lambda: most(report, shop, path, 16, options.seconds)) for _ in range(3)]
        kept[name] = runs
        rows.append((name, spread([run["cpu"] for run in runs]),
                     f"{median([run['rate'] for run in runs]):,.0f}",
                     f"{median([run['p50'] for run in runs]) * 1e3:.2f}",
                     f"{median([run['p99'] for run in runs]) * 1e3:.2f}"))
    report.table(rows)
    report.keep("shop", kept)
