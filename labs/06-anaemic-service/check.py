# SPDX-License-Identifier: Apache-2.0
"""Judges lab 6: buyers who come at the same time, to one shop, to two, and at night."""
import os
import re
import signal
import sqlite3
import subprocess
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from lab.checking import Bench, CannotTell, Holds, NotYet, claim, columns, main
from lab.legacy import DESK, LegacyShop, journeys, make_database, touched_library
from lab.programs import PATIENCE, until

STOCK = "app/legacy/src/stock.cpp"
# Those in which something is sold, refused, given back or delivered.
JOURNEYS = ("4_order", "5_refused", "7_cancel", "9_night")
BUYERS = 16


def set_copies(database: Path, track: str, copies: int) -> None:
    with sqlite3.connect(database, timeout=10) as connection:
        connection.execute("UPDATE item SET on_hand = ? WHERE pub_id = ?", (copies, track))


def copies_of(database: Path, track: str) -> int:
    with sqlite3.connect(database, timeout=10) as connection:
        return connection.execute("SELECT on_hand FROM item WHERE pub_id = ?", (track,)).fetchone()[0]


def buy_at_once(shops: list[LegacyShop], cookies: list[str], track: str) -> int:
    """Each buys one copy, all at the same moment; how many were sold."""
    barrier = threading.Barrier(len(cookies))
    sold: list[int] = []

    def buy(number: int, cookie: str):
        shop = shops[number % len(shops)]
        barrier.wait()
        if shop.buy(track, cookie):
            sold.append(number)

    buyers = [threading.Thread(target=buy, args=each) for each in enumerate(cookies)]
    for each in buyers:
        each.start()
    for each in buyers:
        each.join()
    return len(sold)


@claim
def answers(bench: Bench):
    return journeys(bench, *JOURNEYS, look="app/legacy/tests/golden", why="who asks the shop must not notice who keeps the rule")


@dataclass
class Sale:
    """What 16 buyers at so many shops have got, and what was written on the shelf for them."""
    processes: int
    copies: int
    sold: int
    left: int
    written: list[str]


def sale_of(bench: Bench, name: str, processes: int, copies: int) -> Sale:
    """As the schedule has it, each who only looks waits a little before he goes on."""
    database, track = make_database(bench, name)
    log = bench.folder / f"{name}.statements.txt"
    shops = [LegacyShop(bench, database, pause="stock.look:20", look=STOCK, LD_PRELOAD=str(touched_library(bench)),
                        SHOP_TOUCHED=str(log)) for _ in range(processes)]
    cookies = shops[0].open_accounts(BUYERS)
    set_copies(database, track, copies)
    sold = buy_at_once(shops, cookies, track)
    for each in shops:
        each.stop()
    return Sale(processes, copies, sold, copies_of(database, track), on_the_shelf(log.read_text()))


def told(*sales: Sale) -> list[str]:
    """Who has got what; and how often which statement was given for the buyers of the first sale."""
    statements = Counter(re.sub(r"\bcounted_at = [^,]*?(?= WHERE|,|$)", "…", each) for each in sales[0].written)
    return [*columns(("shops", "buyers", "copies", "sold", "then on the shelf"),
                     *((each.processes, BUYERS, each.copies, each.sold, each.left) for each in sales)), "",
            *columns(("times", f"for the buyers of {sales[0].copies} copies was written"),
                     *((times, each) for each, times in sorted(statements.items())))]


@claim
def one_process(bench: Bench):
    sales = [sale_of(bench, "one", 1, 5)]
    sold = sales[0].sold
    if sold == 5:
        sales.append(sale_of(bench, "enough", 1, BUYERS))
    all_sold = sales[-1].sold if sold == 5 else BUYERS
    table = told(*sales)
    if (sold, all_sold) == (5, BUYERS):
        return Holds("5 of 5 with 16 buyers, 16 of 16", table)
    if sold > 5:
        return NotYet(f"seed {bench.seed}, 16 buyers at once, 5 copies", f"{sold} sold", "5",
                      "between the look at the shelf and the write, another buyer reads the same number", f"{STOCK}, look()"
                      " and sell()", table)
    return NotYet(f"seed {bench.seed}, 16 buyers at once", f"{sold} of 5 sold" if sold != 5 else f"{all_sold} of 16 sold",
                  "all of them", "somebody was sent away although there was a copy left", STOCK, table)


@claim
def two_processes(bench: Bench):
    sale = sale_of(bench, "two", 2, 5)
    sold, table = sale.sold, told(sale)
    if sold == 5:
        return Holds("5 of 5", table)
    return NotYet(f"seed {bench.seed}, 16 buyers at once, half of them at a second legacy-shop over the same database",
                  f"{sold} sold; with one process 5", "5", "a mutex does not guard a row: each process has its own" if sold > 5
                  else "somebody was sent away although there was a copy left", STOCK, table)


def somebody_writes(database: Path) -> bool:
    """Is it in a transaction, so that everybody else waits?"""
    with sqlite3.connect(database, timeout=0, isolation_level=None) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            return False
        except sqlite3.OperationalError:
            return True


class Van:
    """legacy-nightly, which is stopped where the copies come in. Nobody guesses when it is there: it says so
    (SHOP_PAUSE), and stands still until it may go on."""
    POINT = "stock.receive"

    def __init__(self, bench: Bench, database: Path, pause: int):
        log = bench.folder / "nightly.log"
        with log.open("w") as errors:
            self.process = subprocess.Popen([bench.program("legacy-nightly"), "--database", database], cwd=bench.folder,
                                            stdout=subprocess.DEVNULL, stderr=errors,
                                            env=dict(os.environ, SHOP_PAUSE=f"{self.POINT}:{pause}"))
        until(lambda: self.POINT in log.read_text() or self.process.poll() is not None)
        self.came_by = self.POINT in log.read_text()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGSTOP)
            until(lambda: self.state() in "TZ")

    def state(self) -> str:
        """T: it stands still. Z: it has ended."""
        try:
            return Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return "Z"

    def go_on(self) -> int:
        self.process.send_signal(signal.SIGCONT)
        return self.process.wait(PATIENCE)


@claim
def night(bench: Bench):
    for number, pause in enumerate((600, 2000, 6000)):
        database, track = make_database(bench, f"night{number}")
        shop = LegacyShop(bench, database, look=STOCK)
        cookies = shop.open_accounts(4)
        set_copies(database, track, 5)
        van = Van(bench, database, pause)
        in_time = copies_of(database, track) == 5
        # Who unloads in a transaction has everybody wait, and may go on at once.
        code = van.go_on() if somebody_writes(database) else None
        sold = sum(shop.buy(track, cookie) for cookie in cookies)
        code = van.go_on() if code is None else code
        shop.stop()
        there = copies_of(database, track)
        if in_time or code != 0:
            break
    if code == 0 and not van.came_by:
        return NotYet("ran legacy-nightly, to have it stop where the copies come in", "it came by no debug_point(\"stock.receive\")",
                      "one, before anything is written", "the point is how anybody sees what happens between two steps that nobody"
                      " else sees", f"{STOCK}, receive()")
    if code == 0 and not in_time:
        return CannotTell("ran legacy-nightly, to have it stop where the copies come in", "the copies were there already, three times",
                          "the machine took longer to stop it than it waits by itself")
    table = columns(("copies", "delivered", "sold meanwhile", "then on the shelf"), (5, 50, sold, there))
    if code == 0 and there == 55 - sold and sold > 0:
        return Holds(f"5 + 50 - {sold} = {there}", table)
    if code != 0:
        return NotYet("ran legacy-nightly", f"it ended with {code}", "0", "the night's work is not done", STOCK)
    if sold == 0:
        return NotYet("tried to buy 4 copies of 5", "0 sold", "4", "somebody was sent away although there was a copy left", STOCK)
    return NotYet(f"5 copies; {sold} bought while legacy-nightly brought 50", f"{there} on the shelf", f"5 + 50 - {sold} ="
                  f" {55 - sold}", f"{there - 55 + sold} copies were sold while the van was unloaded, and are on the shelf again:"
                  " the night wrote what it had read before", f"{STOCK}, receive()", table)


@claim
def no_setter(bench: Bench):
    archive = next(bench.programs.parent.rglob("liblegacy.parts.a"))
    said = subprocess.run(["nm", "-C", "--defined-only", archive], capture_output=True, text=True, check=False).stdout
    left = sorted({line.split(maxsplit=2)[2] for line in said.splitlines() if "::set_stock" in line})
    if left:
        return NotYet("looked at what was built", f"{left[0]} is there", "no such thing",
                      "whoever can set a number takes over the rule of it", "app/legacy/src/stock.h")
    for what, statement in shelf_written(bench):
        if not row_decides(statement):
            return NotYet(f"{what}, and read the statements that SQLite was given", statement, "one that says so many more, or"
                          " so many less, of the number that is there", "the number was made somewhere else, of one that was read"
                          " before: it is right as long as every caller sees to it that nobody comes between, and the rule is still"
                          " the callers'", STOCK)
    return Holds()


def row_decides(statement: str) -> bool:
    """Is the number made of the one that is there, or only put where that is still what was read?"""
    made_of_it = re.search(r"\bon_hand\s*=(?:(?!\bWHERE\b|\b\w+\s*=).)*\bon_hand\b", statement, re.IGNORECASE)
    still_so = re.search(r"\bWHERE\b.*\bon_hand\s*=", statement, re.IGNORECASE)
    return bool(made_of_it or still_so)


def shelf_written(bench: Bench) -> list[tuple[str, str]]:
    """The statements by which a sale and a delivery change the number on the shelf, as SQLite got them."""
    database, track = make_database(bench, "statements")
    log = bench.folder / "statements.txt"
    shop = LegacyShop(bench, database, look=STOCK, LD_PRELOAD=str(touched_library(bench)), SHOP_TOUCHED=str(log))
    cookie = shop.open_accounts(1)[0]
    found = []
    for what, work in (("sold one copy", lambda: shop.buy(track, cookie)),
                       ("delivered 2", lambda: shop.ask("POST", f"/stock/{track}/deliveries", {"quantity": 2}, **DESK))):
        written = log.stat().st_size
        work()
        found += [(what, statement) for statement in on_the_shelf(log.read_text()[written:])]
    shop.stop()
    return found


def on_the_shelf(text: str) -> list[str]:
    """Of what SQLite got, the statements that change the number on a shelf."""
    return [" ".join(line[2:].split()) for line in text.splitlines()
            if re.match(r"S\s+UPDATE\s+item\s+SET\b.*\bon_hand\s*=", line, re.IGNORECASE)]


main()
