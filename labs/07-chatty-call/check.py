# SPDX-License-Identifier: Apache-2.0
"""Judges lab 7 by counts; time is told beside them, as a ratio."""
from lab.checking import Bench, Holds, NotYet, claim, columns, main, middle, ratio_of
from lab.words import count

LINES = "modules/orders/src/application/price_lines.cpp"
PORT = "modules/catalog/include/catalog/port.hpp"
USE_CASE = "modules/catalog/src/application/get_tracks.cpp"
OF_THE_START = "all of them have to exist"  # says the port's summary


@claim
def answers(bench: Bench):
    facts = bench.facts("lab07", "answers", look=LINES)
    if facts["right"] == facts["orders"]:
        return Holds(f"{facts['right']} of {facts['orders']} orders")
    return NotYet(did="priced orders of 50 lines, of 4 with a track that is named twice, and of one",
                  saw=f"{facts['right']} of {facts['orders']} as the catalogue says", expected=f"all {facts['orders']}",
                  why="a line has the title and the price of its own track, in the order of the request, whatever order"
                      " catalog answers in", look=LINES)


@claim
def port(bench: Bench):
    facts = bench.facts("lab07", "port", look=USE_CASE)
    if facts["answered"] and (facts["tracks"], facts["unknown"]) == (3, 1):
        return Holds("3 tracks, 1 unknown")
    saw = (f"{facts['tracks']} tracks, {facts['unknown']} unknown" if facts["answered"]
           else f"nothing but {facts['rule']}")
    why = ("nobody can tell an id that is unknown from one that was forgotten" if facts["answered"] else
           "one unknown track spoils the answer about all the others, so callers do not use it, and ask one by one")
    return NotYet(did="asked catalog for 4 tracks, of which one does not exist", saw=saw,
                  expected="3 tracks, and the name of the unknown one", why=why, look=f"{PORT}, TracksFound, and {USE_CASE}")


@claim
def described(bench: Bench):
    facts = bench.facts("lab07", "described", look=PORT)
    declared, refused = facts["declared"], facts["refused"]
    did = "asked catalog for no track, for 101, for one that does not exist, and for that beside another"
    why = ("documents and clients are made of what the port says: who reads it there {} "
           "until somebody finds out that it is not so")
    look = f"{PORT}, GetTracks::operation"
    if never := [rule for rule in declared if rule not in refused]:
        return NotYet(did, f"{never[0]} is declared, and is never answered", "declared what is answered, and nothing else",
                      why.format("writes code for an error that never comes,"), look)
    if more := [rule for rule in refused if rule not in declared]:
        return NotYet(did, f"{more[0]}: it refuses what the port does not declare", "declared what is answered, and nothing else",
                      why.format("is not prepared for it,"), look)
    if OF_THE_START in facts["summary"] and "catalog.unknown_track" not in refused:
        return NotYet(did, f"an answer, and a port that says: \"{facts['summary']}\"", "a summary of what it does now",
                      why.format("goes on asking one by one,"), look)
    return Holds(f"{count(len(declared), 'error')} declared, {len(refused)} answered")


@claim
def unknown(bench: Bench):
    facts = bench.facts("lab07", "unknown", look=LINES)
    if facts["rule"] == "orders.unknown_track" and facts["named"] == ["/lines/6/track", "/lines/30/track"]:
        return Holds("lines 7 and 31")
    did = "ordered 50 records, of which the 7th and the 31st do not exist"
    expected = "orders.unknown_track, about /lines/6/track and /lines/30/track"
    if facts["answered"]:
        return NotYet(did, f"an order of {facts['lines']} lines, and no word", expected,
                      "the buyer would get fewer records than were ordered, and would be told nothing", LINES)
    return NotYet(did, f"{facts['rule']}, about {', '.join(facts['named']) or 'no line'}", expected,
                  "who has ordered 50 records wants to know which two to take out", LINES)


@claim
def calls(bench: Bench):
    made = bench.facts("lab07", "calls", look=LINES)
    number = made["calls"]
    lost = bench.facts("lab07", "losses", str(bench.seed), look=LINES)
    windows = bench.facts("lab07", "windows", look=LINES)
    ratio = ratio_of(windows["single"], windows["order"])
    took = f"{middle(windows['order']) / 1000:.1f} ms"
    asked = {name: made["operations"].get(name, 0) for name in ("get_track", "get_tracks")} | made["operations"]
    table = [*columns(("of catalog, for an order of 50 lines", "calls"), *asked.items()), "",
             *columns(("an order of 50 lines", "and so"), ("takes", took),
                      ("fails, when one call of a hundred is lost", f"{lost['failed']} of 200 times"))]
    beside = (f"{ratio:.1f} times faster than 50 single calls" if ratio is not None and ratio >= 1 else
              f"{1 / ratio:.1f} times slower than 50 single calls" if ratio is not None else
              "about as long as 50 single calls")
    if number <= 2:
        return Holds(f"{number} call{'s' if number > 1 else ''}; {took}, {beside}", table)
    return NotYet(did=f"priced an order of 50 lines with catalog behind its wire ({took}, {beside}), then 200 of them while one call of"
                      f" a hundred is lost (seed {bench.seed})",
                  saw=f"{number} calls; {lost['failed']} of 200 orders failed", expected="at most 2 calls",
                  why=f"still {number} calls: {number} chances to fail, and {number} ways through a network once catalog"
                      " is elsewhere", look=f"{LINES}, the loop", shown=table)


main()
