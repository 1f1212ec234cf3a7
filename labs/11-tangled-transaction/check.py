# SPDX-License-Identifier: Apache-2.0
"""Judges lab 11: a sale that is killed at each point, and gone on with by another process, also when somebody refuses it.
Money, copies and parcels are counted, also those of the two who are outside."""
import json
import os
import shutil
import sqlite3
import subprocess
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from lab.checking import SLOWER, Bench, Holds, NotYet, Red, TookTooLong, claim, columns, main
from lab.legacy import make_database

SAGA, DECISION = "place_order_saga.cpp", "decision.toml"
COPIES, KILLED, PATIENCE = 20, 70, 15 * SLOWER
BRIEF = 2 * SLOWER  # seconds, for those that are looked at only for the table
PARTS = {"lines": "whole", "stock": "compensate", "payment": "compensate", "parcel": "pivot", "basket": "retry", "mail": "retry"}
FATES = tuple(PARTS.values())


@dataclass
class Case:
    """A sale, and who refuses it, if anybody does."""
    name: str
    did: tuple[str, ...]
    copies: int = 2
    method: str = "card-4242"
    refused: bool = True
    surroundings: dict[str, str] = field(default_factory=dict)


GOOD = Case("good", ("sold two copies",), refused=False)
FULL = Case("full", ("told the carrier to take no parcels", "sold two copies"), surroundings={"CARRIER": "full"})
EARLIER = [Case("card", ("sold two copies for a card that is declined",), method="declined-4242"),
           Case("account", ("sold two copies on an account whose limit is lower",), method="account",
                surroundings={"ACCOUNT_LIMIT": "1"}),
           Case("shelf", (f"sold {COPIES + 1} copies of {COPIES}",), copies=COPIES + 1)]


def template_of(bench: Bench) -> tuple[Path, str]:
    database, track = make_database(bench, "template", copies=COPIES)
    with sqlite3.connect(database) as shop:
        shop.execute("INSERT INTO basket SELECT c.id, i.id, 2, 0 FROM customers c, item i"
                     " WHERE c.email_key = 'ada@example.org' AND i.pub_id = ?", (track,))
    shop.close()
    return database, track


class World:
    """A shop's database with a basket, and what the terminal and the carrier have written down."""

    def __init__(self, bench: Bench, name: str, patience: float = PATIENCE):
        self.bench, self.patience = bench, patience
        template, self.track = bench.once("template", lambda: template_of(bench))
        self.database, self.outside = bench.folder / f"{name}.db", bench.folder / f"{name}.outside"
        self.points = bench.folder / f"{name}.points"
        shutil.copy(template, self.database)

    def run(self, what: str, *words: str, case: Case = GOOD, crash: str = "") -> int:
        names = dict(os.environ, SHOP_CRASH=crash, SHOP_POINTS=str(self.points), **case.surroundings)
        try:
            done = subprocess.run([self.bench.program("lab11"), what, self.database, self.outside, *words], env=names,
                                  capture_output=True, text=True, timeout=self.patience, check=False, cwd=self.bench.folder)
        except subprocess.TimeoutExpired:
            raise TookTooLong(f"lab11 {what} had {self.patience:.0f} s and did not end") from None
        if done.returncode not in (0, KILLED):
            said = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
            raise Red(NotYet(f"ran the sale{' until ' + crash if crash else ''}, with {what}", said, "a sale that goes on",
                             "a step that fails is tried again, and it must be possible to do it again", SAGA))
        return done.returncode

    def sell(self, case: Case, crash: str = "", how: str = "sell") -> bool:
        """True when it was killed."""
        return self.run(how, self.track, str(case.copies), case.method, case=case, crash=crash) == KILLED

    def passed(self) -> list[str]:
        """The points at which it could have been killed: before the first step, after each and after each undo, before that
        is noted; and when those outside have done something, before the step has heard of it."""
        return sorted(dict.fromkeys(self.points.read_text().split()), key=lambda point: point.startswith("outside"))

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


NOT_PAID = "not paid"
SOLD = {"state": "paid", "sold": 2, "payments": 1, "shipments": 1, "basket": 0, "mails": 1, "charged": 1, "refunded": 0,
        "parcels": 1}
UNDONE = {"state": "cancelled", "sold": 0, "payments": 0, "shipments": 0, "basket": 1, "mails": 0, "parcels": 0}
# Of a sale that is refused nobody has seen anything of these, at no time: none of it can be taken back.
NEVER = {"state": NOT_PAID, "shipments": 0, "basket": 1, "mails": 0, "parcels": 0}
# More of it was done twice.
MOST = {"charged": 1, "refunded": 1, "parcels": 1, "sold": 2, "mails": 1}
WORDS = {"sold": "copies are gone from the shelf", "payments": "payments are in the books", "shipments": "parcels are in the books",
         "charged": "times charged", "refunded": "times refunded", "parcels": "parcels at the carrier", "mails": "mails",
         "basket": "lines in the basket"}


def money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def is_so(value: int | str, wanted: int | str) -> bool:
    return value != "paid" if wanted == NOT_PAID else value == wanted


def difference(found: dict, wanted: dict) -> tuple[str, str] | None:
    """The first that is another, money first: what was seen, and what was expected."""
    for name in ("charged", "refunded", "parcels", "sold", "payments", "shipments", "state", "basket", "mails"):
        if name in wanted and not is_so(found[name], wanted[name]):
            if name == "state":
                return f"the order is {found['state']}", wanted["state"]
            amount = f", {found[name]} × {money(found['total'])}" if name in ("charged", "refunded") and found[name] > 1 else ""
            return f"{found[name]} {WORDS[name]}{amount}", f"{wanted[name]}"
    return None


def why_of(found: dict, wanted: dict) -> str:
    refused = wanted["mails"] == 0
    if any(found[name] > most for name, most in MOST.items()) or found["sold"] < 0:
        return ("it was done, and the program ended before that was noted; so it is done again. Who is asked again with the same"
                " key knows that he has done it; with another key, or none, he cannot")
    if found["charged"] < wanted.get("charged", 0) or refused and found["parcels"] > 0:
        return ("the carrier was asked before the card. He books for good: when the card is declined after that, a parcel leaves"
                " that nobody has paid. So what can be undone comes before him")
    if found["refunded"] < wanted.get("refunded", 0):
        return "the money was taken, the sale was refused, and nobody gives it back: a transaction would have"
    if found["state"] == "paid" and wanted["state"] == NOT_PAID:
        return "who looked then saw a sale that is paid, and it was refused later: it is paid when nobody can refuse it any more"
    if refused and (found["mails"] > 0 or found["basket"] == 0):
        return "who was refused has read that he has bought, or finds his basket empty: what cannot be taken back comes last"
    if refused and found["sold"] > 0:
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


def listed(*deeds: str) -> str:
    return ", ".join(deeds[:-1]) + (", and " if deeds[1:] else "") + deeds[-1]


def wanted_of(case: Case, found: dict) -> dict:
    if not case.refused:
        return SOLD
    # Who is refused by the carrier has paid. Before that it depends on the order of the steps.
    charged = 1 if case is FULL else min(found["charged"], 1)
    return UNDONE | {"charged": charged, "refunded": charged}


@dataclass
class End:
    """What came of a sale, killed at a point or nowhere."""
    case: Case
    point: str
    counts: dict
    passed: list[str]
    problem: NotYet | None = None

    def row(self) -> tuple:
        counts = self.counts
        where = self.point.removeprefix("saga.") or ("never" if self.case not in EARLIER else f"{self.case.name}: never")
        return (where, counts["state"], counts["charged"], counts["refunded"], counts["parcels"], COPIES - counts["sold"])


def end_of(bench: Bench, case: Case, point: str = "", patience: float = PATIENCE) -> End:
    """Sold, and killed there, if it is anywhere, and another one goes on: what there is in the end, and what of it is wrong."""
    world, did = World(bench, f"{case.name}-{point or 'whole'}", patience), case.did
    problem = None
    if world.sell(case, crash=point):
        did += (f"killed the program at {point}",)
        found = world.counts()
        if case.refused and (wrong := difference(found, NEVER)) is not None:
            problem = NotYet(listed(*did, "looked"), wrong[0], wrong[1], why_of(found, NEVER), SAGA)
        try:
            world.run("resume", case=case)
        except (Red, TookTooLong):
            if problem is None:
                raise
        did += ("let another one go on",)
    found = world.counts()
    return End(case, point, found, world.passed(), problem or problem_of(case, found, did))


def problem_of(case: Case, found: dict, did: tuple[str, ...]) -> NotYet | None:
    wanted = wanted_of(case, found)
    if (wrong := difference(found, wanted)) is None:
        return None
    (saw, expected), why = wrong, why_of(found, wanted)
    if case in EARLIER and found["refunded"] < found["charged"] == 1:
        saw, expected = "charged, and not refunded", "both, or neither"
        why = ("the step that says no is not undone, only those before it are. So of it nothing may be left: who may"
               " refuse is asked before anything is done, or the step gives back what it has done")
    return NotYet(listed(*did), saw, expected, why, SAGA)


def killed_everywhere(bench: Bench, *cases: Case) -> NotYet | tuple[int, list[str]]:
    """At how many points, when each ends well. And each end as a table, also after the first that is wrong."""
    ends: list[End] = []
    problem: NotYet | None = None
    try:
        for case in cases:
            ends.append(whole := end_of(bench, case, patience=BRIEF if problem else PATIENCE))
            problem = problem or whole.problem
            for point in whole.passed:
                ends.append(end_of(bench, case, point, BRIEF if problem else PATIENCE))
                problem = problem or ends[-1].problem
    except (Red, TookTooLong) as ending:
        if problem is None and isinstance(ending, TookTooLong):
            raise
        problem = problem or ending.verdict
    table = columns(("killed at", "order", "charged", "refunded", "parcels", "shelf"), *(each.row() for each in ends)) if ends else []
    if problem is None:
        return sum(1 for each in ends if each.point), table
    problem.shown = table
    return problem


@claim
def sells(bench: Bench):
    before, after = World(bench, "tangled"), World(bench, "saga")
    before.sell(GOOD, how="tangled")
    after.sell(GOOD)
    outside = ("charged", "refunded", "parcels", "total")
    tangled = {name: value for name, value in before.counts().items() if name not in outside}
    wrong = difference(after.counts(), tangled)
    if wrong is None and difference(after.counts(), SOLD) is None:
        return Holds(f"{len(tangled)} of {len(tangled)} counts are equal")
    saw, expected = wrong or difference(after.counts(), SOLD)
    return NotYet("sold two copies, once in one transaction and once in steps", saw, expected,
                  "the saga has to end where the transaction has ended", SAGA)


@claim
def forward(bench: Bench):
    ended = killed_everywhere(bench, GOOD)
    return ended if isinstance(ended, NotYet) else Holds(f"killed at {ended[0]} points, each time sold once", ended[1])


@claim
def backward(bench: Bench):
    ended = killed_everywhere(bench, FULL)
    return ended if isinstance(ended, NotYet) else Holds(f"killed at {ended[0]} points, each time undone once", ended[1])


@claim
def earlier(bench: Bench):
    ended = killed_everywhere(bench, *EARLIER)
    if isinstance(ended, NotYet):
        return ended
    return Holds(f"{len(EARLIER)} refusals, killed at {ended[0]} points, nothing left", ended[1])


@claim
def decided(bench: Bench):
    try:
        given = tomllib.loads(bench.file(DECISION).read_text())
    except tomllib.TOMLDecodeError as error:
        return NotYet(f"read {DECISION}", str(error), "a word for each part", "it is read by a program", DECISION)
    reasons = {"lines": "the row of an order and its lines have one owner and one database: taken apart, there could be an order"
                        " without lines, and nothing would be gained",
               "stock": "the warehouse will have a database of its own, and a later step may say no",
               "payment": "no transaction of the shop's holds the terminal, and the carrier, who is asked later, may say no",
               "parcel": "the carrier may say no, and after him nobody does: he decides. What comes before him can be undone, what"
                         " comes after him cannot be refused; so his own step needs no undo, and must not be tried for ever",
               "basket": "nobody can refuse it, and nobody is hurt when it comes a second later",
               "mail": "a mail cannot be taken back: it is written when all is decided, and then it is written for sure"}
    for part, right in PARTS.items():
        said = given.get(part, "nothing")
        if said not in FATES:
            return NotYet(f"read {DECISION}", f"{part} is {said!r}", "whole, compensate, pivot or retry",
                          "ask of it: who owns it? May anybody refuse it, or something after it? Can it be taken back?", DECISION)
        if said != right:
            return NotYet(f"read {DECISION}", f"{part} is {said!r}", "another of the four words", reasons[part], DECISION)
    wrong = beside_the_steps(steps_of(bench))
    if wrong is not None:
        part, saw, expected = wrong
        return NotYet(f"laid {DECISION} beside the steps", saw, expected, reasons[part], SAGA)
    return Holds("1 stays whole, 2 are compensated, 1 decides, 2 are tried again")


def beside_the_steps(steps: list[dict]) -> tuple[str, str, str] | None:
    """The first part of which the steps say something else than the decision: saw, expected."""
    places = {step["name"]: number for number, step in enumerate(steps)}
    parts = {part: fate for part, fate in PARTS.items() if fate != "whole"}
    pivot = next(part for part, fate in parts.items() if fate == "pivot")
    for part, fate in parts.items():
        if part not in places:
            return part, f"no step is called {part}", "a step for each part that does not stay whole"
    for part, fate in parts.items():
        undo = steps[places[part]]["undo"]
        if undo != (fate == "compensate"):
            return part, f"{part} is to be {fate}, and the step has {'an' if undo else 'no'} undo", "both say the same"
        if fate == "compensate" and places[part] > places[pivot]:
            return part, f"{part} is to be {fate}, and comes after the pivot, {pivot}", "before it"
        if fate == "retry" and places[part] < places[pivot]:
            return part, f"{part} is to be {fate}, and comes before the pivot, {pivot}", "after it"
    return None


main()
