# SPDX-License-Identifier: Apache-2.0
"""Judges lab 1: checkouts in windows with and without a report, in turns. Their ratio decides, not milliseconds, and where
the windows contradict each other, nothing is decided. How long checkouts took is told beside it."""
import math
import re
import resource
import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from lab.checking import Bench, CannotTell, Holds, NotYet, claim, columns, main, measured, middle
from lab.legacy import DESK, LegacyShop, make_database
from lab.programs import until

SETTINGS = "shop.properties"
BUYERS = 4
SOLD_BEFORE = 20_000  # orders that the report goes through
REPORT = "/reports/sales?by=artist"
AT_IT = 0.02  # seconds of its processor: then the shop is making the report
KEPT = (0, 100, 200, 400)  # small reports, for which the memory is looked at
MORE = 128  # KB that the process gets after that; a machine has more, and more reports
MANY = 2000  # reports, after which it is given up to wait for the end of them


def busy_shop(bench: Bench):
    """A shop with years of orders, and some who can buy."""
    def make():
        database, track = make_database(bench, "years", copies=1_000_000)
        with sqlite3.connect(database) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            sold_for_years(connection)
        shop = LegacyShop(bench, database, "--config", bench.file(SETTINGS), look=SETTINGS)
        return shop, track, shop.open_accounts(BUYERS)
    return bench.once("shop", make)


def sold_for_years(connection: sqlite3.Connection) -> None:
    """Copies of the sample's orders, many times, a minute apart."""
    columns = [row[1] for row in connection.execute("PRAGMA table_info(orders)")]
    lines = [row[1] for row in connection.execute("PRAGMA table_info(order_lines)")]
    first, count = connection.execute("SELECT max(id) + 1, count(*) FROM orders").fetchone()
    new = {"id": "o.id + n.n * 1000000", "pub_id": "'ord_' || printf('%08x', n.n) || substr(o.pub_id, 13)",
           "request_key": "NULL", "placed_at": "o.placed_at + n.n * 60"}
    numbers = f"WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {SOLD_BEFORE // max(count, 1)})"
    connection.execute(f"INSERT INTO orders ({', '.join(columns)}) {numbers} SELECT"
                       f" {', '.join(new.get(column, 'o.' + column) for column in columns)} FROM n, orders o WHERE o.id < {first}")
    line = {"order_id": "l.order_id + n.n * 1000000"}
    connection.execute(f"INSERT INTO order_lines ({', '.join(lines)}) {numbers} SELECT"
                       f" {', '.join(line.get(column, 'l.' + column) for column in lines)} FROM n, order_lines l"
                       f" WHERE l.order_id < {first}")


@dataclass
class Window:
    """What was sold a second, and the time in which 99 of 100 checkouts were answered."""
    rate: float
    p99: float


def sold_in(shop: LegacyShop, track: str, cookies: list[str], over: threading.Event) -> tuple[int, list[float]]:
    """Everybody buys, one copy after the other, until it is over. How many were sold by then, and how long each checkout
    took, also those that had to wait until it was over."""
    counts, took = [0] * len(cookies), []

    def buy(number: int):
        while not over.is_set():
            begun = time.monotonic()
            sold = shop.buy(track, cookies[number], limit=30, method="card-4242")
            took.append(time.monotonic() - begun)
            if sold and not over.is_set():
                counts[number] += 1

    buyers = [threading.Thread(target=buy, args=(number,)) for number in range(len(cookies))]
    for each in buyers:
        each.start()
    for each in buyers:
        each.join()
    return sum(counts), took


def p99(took: list[float]) -> float:
    return sorted(took)[math.ceil(len(took) * 0.99) - 1] if took else 0


def window(bench: Bench, reports: int, seconds: float) -> Window:
    """With reports it lasts until the first is there, for so many seconds at most."""
    shop, track, cookies = busy_shop(bench)
    over = threading.Event()
    before = shop.worked()

    def press():
        shop.ask("GET", REPORT, limit=60, **DESK)
        over.set()

    boss = [threading.Thread(target=press) for _ in range(reports)]
    for each in boss:
        each.start()
    if reports:
        # The button first: the buyers come when the shop is at it. Nobody else is there, so what it computes is a report.
        until(lambda: over.is_set() or shop.worked() >= before + AT_IT)
    begun = time.monotonic()
    clock = threading.Timer(seconds, over.set)
    clock.start()
    sold, each_took = sold_in(shop, track, cookies, over)
    took = time.monotonic() - begun
    clock.cancel()
    for each in boss:
        each.join()
    return Window(sold / took, p99(each_took))


def compared(bench: Bench, reports: int, share: float, at_most: int) -> tuple[bool | None, str, list[str]]:
    """Do so many checkouts go on, as a share of those without reports? And what was counted, also as a table. Windows with reports and
    without are measured in turns, and each is compared with the one beside it."""
    windows: list[tuple[Window, Window]] = []

    def beside() -> float:
        without = window(bench, 0, 0.4)
        windows.append((window(bench, reports, 3), without))
        return windows[-1][0].rate / max(without.rate, 0.1)

    goes_on, ratios = measured(share, beside, at_most=at_most)
    with_reports, without = (middle([each[side].rate for each in windows]) for side in (0, 1))
    said = f"{with_reports:.0f} checkouts/s{{}}, {without:.0f} without"
    if goes_on is None:
        said += f"; window by window {', '.join(f'{each:.2f}' for each in ratios)}"
    table = columns(("checkouts/s", "beside them", "share", "p99", "beside them"),
                    *((round(alone.rate), round(beside_it.rate), f"{ratio:.2f}", milliseconds(alone.p99), milliseconds(beside_it.p99))
                      for (beside_it, alone), ratio in zip(windows, ratios)))
    return goes_on, said, table


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def leak(bench: Bench) -> list[str]:
    """What a process keeps of reports that nobody looks at any more, and what becomes of the till when there is no more
    memory. Nothing is judged by it: no setting is against it."""
    database, track = make_database(bench, "leak", copies=1_000_000)
    shop, pressed, rows = LegacyShop(bench, database), 0, []
    cookie = shop.open_accounts(1)[0]

    def look(number: int) -> int:
        nonlocal pressed
        while pressed < number:
            shop.ask("GET", "/reports/sales?by=album", **DESK)
            pressed += 1
        order = {"lines": [{"track": track, "quantity": 1}], "payment_method": "card-4242"}
        status = shop.ask("POST", "/orders", order, cookie)[0]
        rows.append((pressed, f"{shop.memory():.1f} MB" if shop.process.poll() is None else "-",
                     {201: "sold", 0: "no answer"}.get(status, f"refused, {status}")))
        return status

    for number in KEPT:
        look(number)
    data = re.search(r"^VmData:\s+(\d+) kB", Path(f"/proc/{shop.process.pid}/status").read_text(), re.MULTILINE)
    limit = (int(data[1]) + MORE) * 1024
    resource.prlimit(shop.process.pid, resource.RLIMIT_DATA, (limit, limit))
    while look(pressed + 50) == 201 and pressed < MANY:
        rows.pop()
    shop.stop()
    return columns(("reports made", "memory of the process", "and a checkout"), *rows)


@claim
def sells(bench: Bench):
    shop, track, cookies = busy_shop(bench)
    bought = shop.buy(track, cookies[0])
    begun = time.monotonic()
    status, report, _ = shop.ask("GET", REPORT, limit=60, **DESK)
    took = time.monotonic() - begun
    if bought and status == 200 and report.get("rows"):
        return Holds(f"a report takes {took:.1f} s", leak(bench))
    return NotYet("bought a record, and asked for the report", f"{'sold' if bought else 'not sold'}, and {status}",
                  "both", "the settings are of a shop that works", SETTINGS)


@claim
def one_report(bench: Bench):
    goes_on, said, table = compared(bench, 1, share=1 / 4, at_most=9)
    if goes_on:
        return Holds(said.format(""), table)
    did = f"{BUYERS} buyers, in turns with a report and without"
    saw = said.format(" while a report was made")
    if goes_on is None:
        return CannotTell(did, saw, shown=table)
    return NotYet(did, saw, "at least a quarter",
                  "the report holds the database, not a thread: there is one handle, and whoever uses it has it alone",
                  f"{SETTINGS}, app/legacy/src/report.cpp", table)


@claim
def impatient(bench: Bench):
    goes_on, said, table = compared(bench, 12, share=1 / 6, at_most=5)
    if goes_on:
        return Holds(said.format(""), table)
    did = f"{BUYERS} buyers, in turns with 12 reports and without"
    saw = said.format(" while the reports were made")
    if goes_on is None:
        return CannotTell(did, saw, shown=table)
    return NotYet(did, saw, "at least a sixth",
                  "every thread waits for a report, or for the database that one holds; nobody is left for a checkout",
                  SETTINGS, table)


main()
