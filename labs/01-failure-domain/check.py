# SPDX-License-Identifier: Apache-2.0
"""Judges lab 1: checkouts in windows with and without a report, in turns. Counts decide, not milliseconds."""
import sqlite3
import threading
import time

from lab.checking import Bench, Holds, NotYet, claim, main, middle
from lab.legacy import DESK, LegacyShop, make_database

SETTINGS = "shop.properties"
BUYERS = 4
SOLD_BEFORE = 20_000  # orders that the report goes through
REPORT = "/reports/sales?by=artist"


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


def sold_in(shop: LegacyShop, track: str, cookies: list[str], over: threading.Event) -> int:
    """Everybody buys, one copy after the other, until it is over."""
    counts = [0] * len(cookies)

    def buy(number: int):
        while not over.is_set():
            if shop.buy(track, cookies[number], limit=30, method="card-4242") and not over.is_set():
                counts[number] += 1

    buyers = [threading.Thread(target=buy, args=(number,)) for number in range(len(cookies))]
    for each in buyers:
        each.start()
    for each in buyers:
        each.join()
    return sum(counts)


def window(bench: Bench, reports: int, seconds: float) -> tuple[float, int]:
    """Checkouts a second, and reports that were made. With reports it lasts until the first is there, for so many
    seconds at most."""
    shop, track, cookies = busy_shop(bench)
    over = threading.Event()
    made: list[int] = []

    def press():
        if shop.ask("GET", REPORT, limit=60, **DESK)[0] == 200:
            made.append(1)
            over.set()

    boss = [threading.Thread(target=press) for _ in range(reports)]
    for each in boss:
        each.start()
    if reports:
        time.sleep(0.05)  # the button first, then the buyers
    begun = time.monotonic()
    clock = threading.Timer(seconds, over.set)
    clock.start()
    sold = sold_in(shop, track, cookies, over)
    took = time.monotonic() - begun
    clock.cancel()
    for each in boss:
        each.join()
    return sold / took, len(made)


def compared(bench: Bench, reports: int, windows: int) -> tuple[float, float]:
    """Checkouts a second with and without reports, of so many windows each, in turns."""
    windows_with, without = [], []
    for _ in range(windows):
        without.append(window(bench, 0, 0.5)[0])
        windows_with.append(window(bench, reports, 3)[0])
    return middle(windows_with), middle(without)


@claim
def sells(bench: Bench):
    shop, track, cookies = busy_shop(bench)
    bought = shop.buy(track, cookies[0])
    begun = time.monotonic()
    status, report, _ = shop.ask("GET", REPORT, limit=60, **DESK)
    took = time.monotonic() - begun
    if bought and status == 200 and report.get("rows"):
        return Holds(f"a report takes {took:.1f} s")
    return NotYet("bought a record, and asked for the report", f"{'sold' if bought else 'not sold'}, and {status}",
                  "both", "the settings are of a shop that works", SETTINGS)


@claim
def one_report(bench: Bench):
    with_report, without = compared(bench, 1, windows=3)
    if with_report >= without / 4:
        return Holds(f"{with_report:.0f} checkouts/s, {without:.0f} without")
    return NotYet(f"{BUYERS} buyers, in turns with a report and without", f"{with_report:.0f} checkouts/s while a report was made,"
                  f" {without:.0f} without", "at least a quarter",
                  "the report holds the database, not a thread: there is one handle, and whoever uses it has it alone",
                  f"{SETTINGS}, app/legacy/src/report.cpp")


@claim
def impatient(bench: Bench):
    with_reports, without = compared(bench, 12, windows=1)
    if with_reports >= without / 6:
        return Holds(f"{with_reports:.0f} checkouts/s, {without:.0f} without")
    return NotYet(f"{BUYERS} buyers, in turns with 12 reports and without", f"{with_reports:.0f} checkouts/s while the reports"
                  f" were made, {without:.0f} without", "at least a sixth",
                  "every thread waits for a report, or for the database that one holds; nobody is left for a checkout",
                  SETTINGS)


main()
