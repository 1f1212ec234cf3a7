# SPDX-License-Identifier: Apache-2.0
"""Judges lab 5: a port's contract, calls that were recorded of the class behind it, and adapters that are wrong."""
import json
import random
import sqlite3
import subprocess

from lab.checking import Bench, Holds, NotYet, Red, claim, columns, main
from lab.legacy import make_database

ADAPTER, CALLS = "legacy_stock_adapter.cpp", "calls.txt"
GENERATED = 200
# What a broken promise is about, by the word that the port has for it.
WHY = {
    "bad_quantity": "the class takes any number, also 0 and less: what the port refuses, the adapter asks before it calls",
    "unknown_track": "the class says in an out-parameter, or with a number below zero, that it knows nothing of a record; the port"
                     " has a word for it",
    "out_of_stock": "an error of the class that is not passed on is a lie about the shelf",
}
WRONG = {"careful": "never sells the last copy", "forgetful": "knows a level for good once it was asked for",
         "counts_itself": "answers a delivery with what has come, and not with what there is"}


def shop(bench: Bench, name: str) -> str:
    database, _ = make_database(bench, name, copies=20)
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE item SET on_hand = NULL WHERE id = 7")
    connection.close()
    return str(database)


def recorded(bench: Bench, name: str, calls: str) -> str:
    """The file of what the class has answered to these calls."""
    def make():
        asked, answered = bench.folder / f"{name}.calls", bench.folder / f"{name}.recorded"
        asked.write_text(calls)
        done = bench.run("lab05", "record", shop(bench, f"{name}-class"), str(asked))
        if done.returncode != 0:
            raise Red(NotYet(f"recorded the calls of {CALLS}", (done.stderr.strip().splitlines() or ["nothing"])[-1],
                             "level TRACK, reserve TRACK QUANTITY or receive TRACK QUANTITY", "they are read by a program", CALLS))
        answered.write_text(done.stdout)
        return str(answered)
    return bench.once(f"recorded-{name}", make)


def differences(bench: Bench, adapter: str, name: str, file: str) -> list[dict]:
    done = bench.run(adapter, "replay", shop(bench, f"{name}-{adapter}"), file)
    if done.returncode != 0:
        raise Red(NotYet("played recorded calls to the adapter", f"it ended with {done.returncode}", "an answer to each",
                         (done.stderr.strip().splitlines() or ["it said nothing"])[-1], ADAPTER))
    return json.loads(done.stdout)


def some_calls(seed: int) -> str:
    chance = random.Random(seed)
    lines = []
    for _ in range(GENERATED):
        track = chance.choice(["trk:1", "trk:2", "trk:3", "trk:4", "trk:none"])
        what = chance.choice(["level", "reserve", "reserve", "receive"])
        lines.append(f"{what} {track}" + ("" if what == "level" else f" {chance.randint(1, 12 if what == 'reserve' else 6)}"))
    return "\n".join(lines) + "\n"


@claim
def contract(bench: Bench):
    broken = bench.facts("lab05", "contract", shop(bench, "contract"), look=ADAPTER)
    if not broken:
        return Holds("19 of 19 promises")
    first = broken[0]
    return NotYet(f"asked the adapter: {first['call']}; {len(broken)} of 19 promises are broken", first["saw"], first["expected"],
                  WHY.get(first["expected"], "what the class says in numbers the port says in words, and the numbers stay right"),
                  f"{ADAPTER}, and labs/05-wrap-before-rewrite/project/stock_port.h",
                  columns(("call", "saw", "expected"), *((each["call"], each["saw"], each["expected"]) for each in broken)))


@claim
def replay(bench: Bench):
    calls = some_calls(bench.seed)
    file = recorded(bench, "generated", calls)
    wrong = differences(bench, "lab05", "generated", file)
    if not wrong:
        return Holds(f"{GENERATED} of {GENERATED}")
    first = wrong[0]
    refused = sum(1 for each in wrong if each["expected"] == first["expected"])
    return NotYet(f"played {GENERATED} recorded calls (seed {bench.seed}) to the adapter", f"{first['call']}: {first['saw']}",
                  first["expected"], f"{len(wrong)} answers are others than those of the class, and {refused} of these ended in"
                  f" {first['expected']}: who has called it until now relies on that", ADAPTER)


@claim
def catches(bench: Bench):
    text = bench.file(CALLS).read_text()
    count = sum(1 for line in text.splitlines() if line.strip() and not line.startswith("#"))
    file = recorded(bench, "yours", text)
    missed = [name for name in WRONG if not differences(bench, name, "yours", file)]
    if len(missed) <= 1:
        return Holds(f"{len(WRONG) - len(missed)} of {len(WRONG)}, with {count} calls")
    return NotYet(f"recorded your {count} calls, and played them to {len(WRONG)} adapters that are wrong",
                  f"nothing is noticed of one that {WRONG[missed[0]]}", "at least 2 of them are noticed",
                  "recordings are tests: they know what they were asked, and nothing else", CALLS)


@claim
def thin(bench: Bench):
    build = bench.programs.parent
    objects = list(build.rglob("legacy_stock_adapter.cpp.o"))
    if not objects:
        raise RuntimeError("there is no object of the adapter")
    said = subprocess.run(["nm", "-u", "-C", objects[0]], capture_output=True, text=True, check=True).stdout
    own = sorted({line.split(maxsplit=1)[1].split("(")[0] for line in said.splitlines() if " db_" in line or "sqlite3_" in line})
    if not own:
        return Holds("no statement of its own")
    return NotYet("looked at what the adapter calls", f"{', '.join(own)}", "the class, and no database",
                  "a second copy of the rule: from now on there are two warehouses, and only the class calls the"
                  " function that is told when few copies are left", ADAPTER)


main()
