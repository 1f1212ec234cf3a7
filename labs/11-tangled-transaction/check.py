# SPDX-License-Identifier: Apache-2.0
"""Judges lab 11: a sale that is killed at each point, and gone on with by another process. Money, copies and parcels are
counted, also those of the two who are outside."""
import json
import os
import shutil
import sqlite3
import subprocess
import tomllib

from lab.checking import SLOWER, Bench, Holds, NotYet, Red, TookTooLong, claim, main
from lab.legacy import make_database

SAGA, DECISION = "place_order_saga.cpp", "decision.toml"
COPIES, KILLED, PATIENCE = 20, 70, 15 * SLOWER
PARTS = {"lines": "whole", "stock": "compensate", "payment": "compensate", "parcel": "pivot", "basket": "retry", "mail": "retry"}


class World:
    """A shop's database with a basket, and what the terminal and the carrier have written down."""

    def __init__(self, bench: Bench, name: str):
        self.bench = bench
        template, self.track = bench.once("template", lambda: make_database(bench, "template", copies=COPIES))
        self.database, self.outside = bench.folder / f"{name}.db", bench.folder / f"{name}.outside"
        shutil.copy(template, self.database)
        with sqlite3.connect(self.database) as shop:
            shop.execute("INSERT INTO basket SELECT c.id, i.id, 2, 0 FROM customers c, item i"
                         " WHERE c.email_key = 'ada@example.org' AND i.pub_id = ?", (self.track,))
        shop.close()

    def run(self, what: str, *words: str, full: bool = False, crash: str = "") -> int:
        names = dict(os.environ, SHOP_CRASH=crash, CARRIER="full" if full else "")
        try:
            done = subprocess.run([self.bench.program("lab11"), what, self.database, self.outside, *words], env=names,
                                  capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=self.bench.folder)
        except subprocess.TimeoutExpired:
            raise TookTooLong(f"lab11 {what} had {PATIENCE:.0f} s and did not end") from None
        if done.returncode not in (0, KILLED):
            raise Red(NotYet(f"ran the sale{' until ' + crash if crash else ''}, with {what}",
                             (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1], "a sale that goes on",
                             "a step that fails is tried again, and it must be possible to do it again", SAGA))
        return done.returncode

    def sell(self, full: bool = False, crash: str = "") -> bool:
        """True when it was killed."""
        return self.run("sell", self.track, "2", full=full, crash=crash) == KILLED

    def counts(self) -> dict:
        """What there is in the end."""
        with sqlite3.connect(self.database) as shop, sqlite3.connect(self.outside) as outside:
            one = lambda sql, *more: shop.execute(sql, more).fetchone()[0]  # noqa: E731
            told = dict(outside.execute("SELECT what, count(*) FROM ledger GROUP BY what").fetchall())
            order = shop.execute("SELECT id, state, total FROM orders WHERE request_key = 'sale-1'").fetchone() or (0, "none", 0)
            found = {"state": order[1], "sold": COPIES - one("SELECT on_hand FROM item WHERE pub_id = ?", self.track),
                     "payments": one("SELECT count(*) FROM payments WHERE order_id = ? AND state = 'captured'", order[0]),
                     "shipments": one("SELECT count(*) FROM shipments WHERE order_id = ?", order[0]),
                     "basket": one("SELECT count(*) FROM basket b JOIN item i ON i.id = b.item_id WHERE i.pub_id = ?", self.track),
                     "mails": one("SELECT count(*) FROM mails WHERE subject LIKE 'Your order%'")}
        shop.close(), outside.close()
        return found | {"charged": told.get("charge", 0), "refunded": told.get("refund", 0), "parcels": told.get("parcel", 0),
                        "total": order[2]}


SOLD = {"state": "paid", "sold": 2, "payments": 1, "shipments": 1, "basket": 0, "mails": 1, "charged": 1, "refunded": 0,
        "parcels": 1}
WORDS = {"sold": "copies are gone from the shelf", "payments": "payments are in the books", "shipments": "parcels are in the books",
         "charged": "times charged", "refunded": "times refunded", "parcels": "parcels at the carrier", "mails": "mails",
         "basket": "lines in the basket"}


def money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def difference(found: dict, wanted: dict) -> tuple[str, str] | None:
    """The first that is another, money first: what was seen, and what was expected."""
    for name in ("charged", "refunded", "parcels", "sold", "payments", "shipments", "state", "basket", "mails"):
        if name in wanted and found[name] != wanted[name]:
            if name == "state":
                return f"the order is {found['state']}", f"{wanted['state']}"
            amount = f", {found[name]} × {money(found['total'])}" if name in ("charged", "refunded") and found[name] > 1 else ""
            return f"{found[name]} {WORDS[name]}{amount}", f"{wanted[name]}"
    return None


def why_of(found: dict, wanted: dict) -> str:
    if found["charged"] > 1 or found["refunded"] > wanted.get("refunded", 0) or found["parcels"] > 1:
        return ("it was done, and the program ended before that was noted; so it is done again. Who is asked again with the same"
                " key knows that he has done it; with another key, or none, he cannot")
    if found["refunded"] < wanted.get("refunded", 0):
        return "the money was taken, the sale was refused, and nobody gives it back: a transaction would have"
    if found["mails"] > wanted.get("mails", found["mails"]) or found["basket"] < wanted.get("basket", 0):
        return "who was refused has read that he has bought, or finds his basket empty: what cannot be taken back comes last"
    if found["sold"] > wanted["sold"]:
        return "what was taken for a sale that came to nothing has to be put back by somebody: there is no rollback any more"
    return "from wherever it was killed, a sale ends as sold or as undone, and never between"


def steps_of(bench: Bench) -> list[dict]:
    def make():
        world = World(bench, "steps")
        done = bench.run("lab11", "steps", str(world.database), str(world.outside))
        if done.returncode != 0:
            raise Red(NotYet("asked for the steps of the sale", f"it ended with {done.returncode}", "a list",
                             (done.stderr.strip().splitlines() or ["it said nothing"])[-1], SAGA))
        return json.loads(done.stdout)
    return bench.once("steps", make)


@claim
def sells(bench: Bench):
    before, after = World(bench, "tangled"), World(bench, "saga")
    before.run("tangled", before.track, "2")
    after.sell()
    tangled = {name: value for name, value in before.counts().items() if name not in ("charged", "refunded", "parcels", "total")}
    wrong = difference(after.counts(), tangled)
    if wrong is None and difference(after.counts(), SOLD) is None:
        return Holds(f"{len(tangled)} of {len(tangled)} counts are equal")
    saw, expected = wrong or difference(after.counts(), SOLD)
    return NotYet("sold two copies, once in one transaction and once in steps", saw, expected,
                  "the saga has to end where the transaction has ended", SAGA)


def killed_everywhere(bench: Bench, points: list[str], full: bool, wanted: dict) -> NotYet | Holds:
    reached = 0
    for number, point in enumerate(points):
        world = World(bench, f"{'back' if full else 'on'}-{number}")
        if not world.sell(full, crash=point):
            continue
        reached += 1
        world.run("resume", full=full)
        wrong = difference(world.counts(), wanted)
        if wrong is not None:
            return NotYet(f"{'told the carrier to take no parcels, ' if full else ''}sold two copies, killed the program at {point},"
                          " and let another one go on", wrong[0], wrong[1], why_of(world.counts(), wanted), SAGA)
    return Holds(f"killed at {reached} points, each time {'undone' if full else 'sold'} once")


@claim
def forward(bench: Bench):
    points = ["saga.begin"] + [f"saga.{step['name']}.done" for step in steps_of(bench)]
    return killed_everywhere(bench, points, False, SOLD)


@claim
def backward(bench: Bench):
    names = [step["name"] for step in steps_of(bench)]
    points = ["saga.begin"] + [f"saga.{name}.done" for name in names] + [f"saga.{name}.undone" for name in names]
    wanted = {"state": "cancelled", "sold": 0, "payments": 0, "shipments": 0, "charged": 1, "refunded": 1, "parcels": 0,
              "basket": 1, "mails": 0}
    world = World(bench, "refused")
    world.sell(full=True)
    wrong = difference(world.counts(), wanted)
    if wrong is not None and not (world.counts()["charged"] == 0 and world.counts()["refunded"] == 0 and wrong[0].startswith("0 times")):
        return NotYet("told the carrier to take no parcels, and sold two copies", wrong[0], wrong[1],
                      why_of(world.counts(), wanted), SAGA)
    if world.counts()["charged"] == 0:
        wanted = wanted | {"charged": 0, "refunded": 0}
    return killed_everywhere(bench, points, True, wanted)


@claim
def decided(bench: Bench):
    try:
        given = tomllib.loads(bench.file(DECISION).read_text())
    except tomllib.TOMLDecodeError as error:
        return NotYet(f"read {DECISION}", str(error), "a word for each part", "it is read by a program", DECISION)
    can_undo = {step["name"]: step["undo"] for step in steps_of(bench)}
    reasons = {"lines": "the row of an order and its lines have one owner and one database: taken apart, there could be an order"
                        " without lines, and nothing would be gained",
               "stock": "the warehouse will have a database of its own, and a later step may say no",
               "payment": "no transaction of the shop's holds the terminal, and a later step may say no",
               "parcel": "the carrier may say no, and after him nobody does: he decides. What comes before him can be undone, what"
                         " comes after him cannot be refused; so his own step needs no undo, and must not be tried for ever",
               "basket": "nobody can refuse it, and nobody is hurt when it comes a second later",
               "mail": "a mail cannot be taken back: it is written when all is decided, and then it is written for sure"}
    for part, right in PARTS.items():
        if given.get(part) != right:
            return NotYet(f"read {DECISION}", f"{part} is {given.get(part, 'nothing')!r}", "whole, compensate, pivot or retry, as it"
                          " has to be", reasons[part], DECISION)
        if part in can_undo and can_undo[part] != (right == "compensate"):
            return NotYet(f"laid {DECISION} beside the steps", f"{part} is to be {right}, and the step has"
                          f" {'an' if can_undo[part] else 'no'} undo", "both say the same", reasons[part], SAGA)
    return Holds("1 stays whole, 2 are compensated, 1 decides, 2 are tried again")


main()
