# SPDX-License-Identifier: Apache-2.0
"""Judges lab 12: the separation script on a copy, then the moves on a shop that sells meanwhile."""
import json
import os
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

from lab.checking import Bench, Holds, NotYet, claim, columns, main
from lab.programs import Buyers, Running, make_shop, until

SCRIPT = "migrations/warehouse/separation/0002_contract_soft_references.sql"
MOVE = "move.sh"
SELLING = 6  # seconds


def banyan(bench: Bench, *words: object):
    return bench.run("banyan", *map(str, words), limit=20)


def last_words(done: subprocess.CompletedProcess) -> str:
    """Of what went wrong, if it says that, and else of what it did."""
    lines = [line for said in (done.stdout, done.stderr) for line in said.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "nothing"


def shop(bench: Bench) -> tuple[Running, Path]:
    """Runs from the first claim to the last."""
    def make():
        database = make_shop(bench, tracks=60)
        return Running(bench, "recordshop", "--database", database, look=SCRIPT), database
    return bench.once("shop", make)


def decoupled(bench: Bench) -> tuple[Path, subprocess.CompletedProcess]:
    """A copy of the database, to which the separation scripts were applied."""
    def make():
        _, database = shop(bench)
        beside = bench.folder / "copy"
        beside.mkdir()
        copy = beside / "shop.db"
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as source, sqlite3.connect(copy) as target:
            source.backup(target)
        shutil.copy(f"{database}.manifest.json", f"{copy}.manifest.json")
        return copy, banyan(bench, "schema", "decouple", "warehouse", "--database", copy)
    return bench.once("decoupled", make)


def report_of(bench: Bench, database: Path) -> dict:
    done = banyan(bench, "--json", "schema", "report", "--database", database)
    if done.returncode != 0:
        raise RuntimeError(f"banyan schema report: {done.stderr}")
    return json.loads(done.stdout)


def placed(bench: Bench, database: Path) -> str:
    """The file that holds warehouse's tables; "" is the shared one."""
    return next(each["location"] for each in report_of(bench, database)["modules"] if each["module"] == "warehouse")


def sums_of(database: Path) -> dict[str, int]:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        one = lambda sql: connection.execute(sql).fetchone()[0]  # noqa: E731
        return {"reservations": one("SELECT count(*) FROM reservations"), "on_hand": one("SELECT sum(on_hand) FROM stock")}


def orders_in(database: Path) -> int:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return connection.execute("SELECT count(*) FROM orders").fetchone()[0]


def some_are_sold(database: Path, before: int) -> None:
    """Waits until people have bought again; a shop that does not sell any more will be seen by the claims."""
    until(lambda: orders_in(database) >= before + 3, patience=3)


def walked(bench: Bench) -> dict:
    """Out, back and out again while people buy: where the tables were after each, how long it took, and what the
    auditor says."""
    def make():
        running, database = shop(bench)
        script = bench.file(MOVE)
        environment = dict(os.environ, PATH=f"{bench.programs}:{os.environ['PATH']}")
        before = sums_of(database) | {"orders": orders_in(database)}
        buyers = Buyers(bench, running.url, SELLING)
        some_are_sold(database, before["orders"])
        steps = []
        for way in ("out", "back", "out"):
            begun = time.monotonic()
            done = subprocess.run(["sh", script, way, database], cwd=bench.folder, env=environment, capture_output=True,
                                  text=True, timeout=20, check=False)
            steps.append({"way": way, "code": done.returncode, "said": last_words(done),
                          "seconds": time.monotonic() - begun, "at": placed(bench, database)})
            some_are_sold(database, orders_in(database))
        report = buyers.report()
        return {"steps": steps, "report": report, "database": database, "before": before}
    return bench.once("walked", make)


@claim
def crossing(bench: Bench):
    database, done = decoupled(bench)
    if done.returncode != 0:
        return NotYet("ran `banyan schema decouple warehouse` on a copy of the shop's database", last_words(done),
                      "applied warehouse/separation/0002", "a script is one transaction: nothing of it was kept", SCRIPT)
    dismissed = banyan(bench, "schema", "dismiss", "warehouse", "--database", database)
    if dismissed.returncode != 0:
        raise RuntimeError(f"banyan schema dismiss: {dismissed.stderr}")
    crossings = [each for each in report_of(bench, database)["violations"] if "warehouse" in (each["module"], each["other"])]
    if not crossings:
        return Holds("0 crossings, 2 before")
    first = crossings[0]
    return NotYet("applied your script to a copy of the shop's database, and asked `banyan schema report`",
                  f"{len(crossings)} crossing{'s' if len(crossings) > 1 else ''}: {first['object']}: {first['module']} ->"
                  f" {first['other']}", "none",
                  "a foreign key binds the rows of two modules to one database: neither can leave", SCRIPT)


@claim
def rules(bench: Bench):
    database, _ = decoupled(bench)
    tried = {"more reserved than there is": "UPDATE stock SET reserved = on_hand + 1",
             "less than nothing reserved": "UPDATE stock SET reserved = -1",
             "a state that there is not": "INSERT INTO reservations VALUES ('ord_x', 'lost', 0, 0)"}
    let_in = []
    connection = sqlite3.connect(database)
    # The references are not the point here.
    connection.execute("PRAGMA foreign_keys = OFF")
    for what, statement in tried.items():
        try:
            connection.execute(statement)
            let_in.append(what)
        except sqlite3.IntegrityError:
            pass
        connection.rollback()
    connection.close()
    if not let_in:
        return Holds(f"{len(tried)} of {len(tried)} refused")
    return NotYet("tried, after your script, to write what the tables have always refused",
                  "they take " + " and ".join(let_in), "a refusal of each",
                  "a table that is made anew has the rules that you write down, and no others: CHECK, NOT NULL, the primary"
                  " key", SCRIPT)


@claim
def moves(bench: Bench):
    story = walked(bench)
    steps, database = story["steps"], story["database"]
    expected = ["shop.warehouse.db", "", "shop.warehouse.db"]
    strip = " -> ".join("own file" if step["at"] else "shared" for step in steps)
    table = columns(("./move.sh", "took", "ended", "then warehouse's tables are in"), ("", "", "", "shop.db, shared"),
                    *((step["way"], f"{step['seconds']:.2f} s", step["code"], step["at"] or "shop.db, shared") for step in steps))
    if [step["at"] for step in steps] == expected:
        return Holds("shared -> " + strip, table)
    did = "./move.sh out, back and out again, while people buy"
    look = f"{MOVE}, and `banyan schema --help`"
    strangers = sorted(path for path in database.parent.glob("*.db") if path not in (database,)
                       and "control" not in path.name and path.stat().st_size > 0)
    failed = next((step for step in steps if step["code"] != 0), None)
    if strangers and not steps[0]["at"] and failed is None:
        missing = sums_of(database)["reservations"] - sums_of(strangers[0])["reservations"]
        return NotYet(did, f"{strangers[0].name} is there, and the shop goes on writing into shop.db:"
                      f" {max(missing, 0)} acknowledged reservations are missing in the copy",
                      "shared -> own file -> shared -> own file",
                      "a copy of a file is a copy of one moment. A move has to hold the writers, switch, and tell them where"
                      " they are now", look, table)
    return NotYet(did, f"shared -> {strip}" + (f"; `./move.sh {failed['way']}` said: {failed['said']}" if failed else ""),
                  "shared -> own file -> shared -> own file",
                  "where a module's tables are is one row in the database, the fence; only a move changes it", look, table)


@claim
def sells(bench: Bench):
    report = walked(bench)["report"]
    broken = [each for each in report["checks"] if not each["holds"]]
    if report["holds"] and report["all"]["failures"] == 0:
        return Holds(f"{report['all']['requests']} requests, 0 failures, longest {report['all']['longest_ms']:.0f} ms")
    saw = (f"{report['all']['failures']} of {report['all']['requests']} requests failed"
           + (f": {report['failures'][0]}" if report["failures"] else ""))
    if broken:
        saw = f"broken: {broken[0]['claim']} ({broken[0]['evidence']})"
    return NotYet("sold records during all of this, and let the auditor compare the books", saw,
                  "every request answered, every promise kept", "the tables may be anywhere; a promise may not be lost", MOVE)


@claim
def sums(bench: Bench):
    story = walked(bench)
    own = story["database"].parent / "shop.warehouse.db"
    reserved = sums_of(own)["reservations"] - story["before"]["reservations"]
    ordered = orders_in(story["database"]) - story["before"]["orders"]
    if reserved == ordered and ordered > 0:
        return Holds(f"{ordered} orders, {reserved} reservations")
    return NotYet("counted orders in the shop's database, and reservations in the file of warehouse's own",
                  f"{ordered} orders, {reserved} reservations", "one for each",
                  "what was written before a move, during it and after it has to be at the new place", MOVE)


main()
