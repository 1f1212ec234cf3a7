# SPDX-License-Identifier: Apache-2.0
"""Judges lab 13: symbols of the extracted shop, then what becomes of it when its catalog is sick, hangs and
comes back."""
import html
import re
import socket
import struct
import subprocess
import threading
import time
import tomllib
from pathlib import Path
from urllib.parse import quote

from lab.checking import SLOWER, Bench, CannotTell, Holds, NotYet, Red, claim, columns, main, measured, middle, ratio_of
from lab.programs import Running, make_shop, until

WEB = "app/recordshop/web/albums.cpp"
SETTINGS = "shop.toml"
RULE, RULE_NAME = "modules/catalog/src/domain/search_words.cpp", "search_words"
SHOP = "flavours/extracted-catalog/recordshop"
ALBUM = r"alb_\w+"
OTHER = "/shop/basket"  # an empty one, made by the threads that make the pages of albums
VISITORS = 24
PAGES = 12  # that are asked for while catalog hangs
QUICK = 0.4 * SLOWER  # seconds, for a page that needs no catalog: some hundred times what it takes
AWAY = 3 * SLOWER  # seconds that catalog hangs, and in which it has to be back
SHORT = 1.0  # seconds; who waits longer holds a thread for long, whatever else he does


def offered_by(*archives: Path) -> set[str]:
    """What these define for others to link with."""
    return defined_in(*archives, only="TDBR")


def defined_in(*files: Path, only: str = "TDBRtdbr") -> set[str]:
    """In a program what archives offer is there for nobody else: some linkers write that down, in lower case."""
    done = subprocess.run(["nm", "--defined-only", *files], capture_output=True, text=True, check=True)
    return {line.split()[2] for line in done.stdout.splitlines() if re.match(rf"[0-9a-f]+ [{only}] ", line)}


def readable(symbols: list[str]) -> list[str]:
    return subprocess.run(["c++filt"], input="\n".join(symbols), capture_output=True, text=True, check=True).stdout.split("\n")


def named_in(program: Path, name: str) -> list[str]:
    """Functions of this name, whatever namespace they stand in, and whether others can call them or not."""
    said = subprocess.run(["nm", "--defined-only", program], capture_output=True, text=True, check=True).stdout
    symbols = [line.split()[2] for line in said.splitlines() if f"{len(name)}{name}" in line]
    return sorted({each[:each.index(name) + len(name)] for each in readable(symbols) if name in each})


def knowledge_of(source: str) -> dict[str, bytes]:
    """What nobody writes a second time by chance: the long texts of a source, and its table of ranges, as a program has them."""
    in_one = re.sub(r'"\s*\n\s*"', "", source)  # as the compiler reads texts that follow each other
    known = {f'"{text[:16]}…"': text.encode() for text in re.findall(r'"([^"\\\n]{32,})"', in_one)}
    ranges = [(int(first, 16), int(last, 16)) for first, last in re.findall(r"\{0x([0-9A-F]+), 0x([0-9A-F]+)\}", source)]
    if ranges:
        known[f"its table of {len(ranges)} ranges"] = b"".join(struct.pack("=II", *each) for each in ranges)
    return known


def copied_into(bench: Bench, shop: Path) -> list[str]:
    """By what it can be told that the rule itself is in the shop, written once more: its name, and what it knows."""
    known = knowledge_of(bench.file(RULE).read_text())
    whole, extracted_ = (bench.programs / "recordshop").read_bytes(), shop.read_bytes()
    if not known or not all(each in whole for each in known.values()):
        raise RuntimeError(f"the shop that hosts catalog has not all of what {RULE} knows: this proves nothing")
    return named_in(shop, RULE_NAME) + [what for what, each in known.items() if each in extracted_]


def database(bench: Bench) -> Path:
    return bench.once("database", lambda: make_shop(bench, tracks=60))


def catalog(bench: Bench) -> Running:
    return bench.once("catalog", lambda: Running(bench, "recordshop-catalog", "--internal", "--database", database(bench),
                                                 label="catalog"))


def extracted(bench: Bench, port: int, label: str) -> Running:
    """The shop without catalog, with the learner's settings for it."""
    def make():
        folder = bench.folder / label
        folder.mkdir()
        settings = folder / "banyan.toml"
        settings.write_text(bench.file(SETTINGS).read_text().replace("127.0.0.1:8081", f"127.0.0.1:{port}"))
        return Running(bench, SHOP, "--database", database(bench), "--config", settings,
                       "--at", f"catalog=127.0.0.1:{port}", label=label, look=SETTINGS)
    return bench.once(label, make)


def albums_of(body: str) -> set[str]:
    return set(re.findall(rf"/shop/albums/({ALBUM})", body))


class Deaf:
    """Takes each call and hangs up without a word; counts those that a page makes."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.heard = 0
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, _ = self.server.accept()
            threading.Thread(target=self.hear, args=(connection,), daemon=True).start()

    def hear(self, connection):
        with connection:
            connection.settimeout(5)
            try:
                if connection.recv(65536).startswith(b"GET /albums"):
                    self.heard += 1
            except OSError:
                pass


@claim
def left(bench: Bench):
    build = bench.programs.parent
    archives = sorted(build.rglob("libcatalog.core.a")) + sorted(build.rglob("libcatalog.module.a"))
    inside = offered_by(*archives)
    before = inside & defined_in(bench.programs / "recordshop")
    if not before:
        raise RuntimeError("the shop that hosts catalog has nothing of it: this proves nothing")
    still = sorted(inside & defined_in(bench.programs / SHOP))
    if not still and (copied := copied_into(bench, bench.programs / SHOP)):
        return NotYet(f"looked for the rule of {RULE} in the shop that catalog was extracted from, under its name and by what it knows",
                      f"a copy of it: {', '.join(copied)}", "a shop that does not know it",
                      "that is no answer: it is the same rule, twice, and the shop's will be the old one as soon as catalog's"
                      " changes", WEB)
    if not still:
        return Holds(f"0 of the {len(before)} that the shop with catalog inside has")
    named = [name for name in readable(still) if name]
    return NotYet("looked for what catalog alone defines in the shop that it was extracted from",
                  f"{len(still)} symbol{'s' if len(still) > 1 else ''}: {named[0]}", f"none of {len(before)}",
                  "catalog's rule is in the shop, too, and will be the old one there as soon as catalog changes",
                  f"{WEB}, and what app/recordshop/CMakeLists.txt links to recordshop.web")


@claim
def same(bench: Bench):
    whole = bench.once("whole", lambda: Running(bench, "recordshop", "--database", database(bench), label="whole", look=WEB))
    shop = extracted(bench, catalog(bench).port, "shop")
    pages = pages_of(whole)
    seen: dict = {}

    def equal(path: str) -> bool:
        seen["whole"], seen["shop"] = whole.get(path), shop.get(path)
        return read(seen["whole"]) == read(seen["shop"])

    for path, (wanted, why) in pages.items():
        # A page that came too late for its deadline, on a busy machine, comes when it is asked for again.
        same_text = until(lambda: equal(path), patience=5)
        there, here = seen["whole"][0], seen["shop"][0]
        told = re.sub(ALBUM, "ID", path)
        if not same_text:
            return NotYet(f"asked both shops for {told}", f"{here}, and another text" if here == there else
                          f"{here} in place of {there}", "the same", "an extraction changes where, never what", WEB)
        if wanted not in seen["shop"][1]:
            return NotYet(f"asked both shops for {told}", f"{here}, and a page without it",
                          f"\"{re.sub(ALBUM, 'ID', wanted)}\", as at the start", why, WEB)
    price = price_of_a_call(whole, shop)
    whole.stop()
    return Holds(f"{len(pages)} of {len(pages)}; {price}")


def pages_of(shop: Running) -> dict[str, tuple[str, str]]:
    """What is asked for; and of searches what the page has said at the start, and who misses it."""
    album = sorted(albums_of(shop.get("/")[1]))[0]
    path = f"/shop/albums/{album}"
    title = html.unescape(re.search(r"<h1>([^<]+)</h1>", shop.get(path)[1])[1])
    search = "/shop/search?text="
    return {
        "/": ("", ""), "/shop/albums": ("", ""), path: ("", ""),
        search + quote(title): (path, "who has typed the title of an album finds it"),
        search + "zzzzzz": ("Nothing matches", "who has typed a word, and finds nothing, is told so"),
        search: ("Type a few words", "who has typed nothing has found nothing, either, but is told what to do"),
        OTHER: ("", ""),
    }


def price_of_a_call(whole: Running, shop: Running) -> str:
    """What a call of catalog takes in the process and over loopback, by the shops' own metrics; asked in turns."""
    windows: tuple[list[float], list[float]] = ([], [])
    for _ in range(7):
        for here, took in zip((whole, shop), windows):
            before = time_in_catalog(here)
            for _ in range(5):
                here.get("/shop/albums")
            after = time_in_catalog(here)
            if after[1] == before[1]:
                raise RuntimeError("a page of albums has called catalog, and the metrics have counted nothing")
            took.append((after[0] - before[0]) / (after[1] - before[1]))
    inside, outside = (middle(took) * 1_000_000 for took in windows)
    ratio = ratio_of(windows[1], windows[0])
    return (f"a call of catalog takes {inside:.0f} µs in the process, {outside:.0f} µs over loopback"
            + (f", {ratio:.1f} times as long" if ratio else ": cannot tell how many times as long"))


def time_in_catalog(shop: Running) -> tuple[float, float]:
    """Seconds, and calls."""
    name = "banyan_port_call_duration_seconds"
    return shop.metric(f"{name}_sum", module="catalog"), shop.metric(f"{name}_count", module="catalog")


def read(page: tuple[int, str]) -> tuple[int, str]:
    """The status, and what a visitor reads."""
    return page[0], " ".join(re.sub(r"<[^>]*>", " ", page[1]).split())


@claim
def load(bench: Bench):
    deaf = Deaf()
    shop = extracted(bench, deaf.port, "deaf")
    asked = 20
    for _ in range(asked):
        shop.get("/shop/albums")
    shop.stop()
    if deaf.heard <= asked * 1.2:
        return Holds(f"{asked} pages, {deaf.heard} calls")
    return NotYet(f"asked for {asked} pages of albums, of a shop whose catalog hangs up on every call",
                  f"{deaf.heard} calls", f"no more than {int(asked * 1.2)}",
                  f"the sick service got {deaf.heard / asked:.1f} times its load: every page asks again, which is right for a call"
                  " that was lost, and the end of a service that is overloaded", SETTINGS)


def pages_answered(shop: Running) -> int:
    """Of those that need no catalog, one after the other."""
    return sum(1 for _ in range(PAGES) if shop.get(OTHER, limit=QUICK)[0] == 200)


@claim
def hang(bench: Bench):
    service = catalog(bench)
    shop = extracted(bench, service.port, "shop")
    before = pages_answered(shop)
    service.pause()
    over = threading.Event()
    waited: list[float] = []

    def visit():
        while not over.is_set():
            begun = time.monotonic()
            shop.get("/shop/albums", limit=1)
            waited.append(time.monotonic() - begun)
            over.wait(0.02)

    visitors = [threading.Thread(target=visit) for _ in range(VISITORS)]
    for each in visitors:
        each.start()
    # Until as many have got an answer, or given up, as there are visitors: from then on it is as it stays.
    until(lambda: len(waited) >= VISITORS)
    during: list[int] = []

    def again() -> float:
        during.append(pages_answered(shop))
        return during[-1] / max(before, 1)

    answers, _ = measured(1 / 2, again, at_least=1, at_most=5)
    over.set()
    for each in visitors:
        each.join()
    service.go_on()
    did = f"stopped catalog's process, let {VISITORS} visitors look at albums, and asked {PAGES} times for {OTHER}"
    saw = f"{during[-1]} of {PAGES} pages, {before} before it hung"
    table = columns((f"pages of {OTHER}", "asked for", "came in time"), ("before catalog hung", PAGES, before),
                    *(("while it hangs", PAGES, each) for each in during))
    if answers is None or before < PAGES / 2:
        return CannotTell(did, saw, f"pages that need nobody come too late also by themselves: {', '.join(map(str, during))}"
                          f" of {PAGES} while it hung", table)
    if answers:
        return Holds(f"{during[-1]} of {PAGES} pages, {before} before", table)
    return NotYet(did, saw, f"at least {before // 2}", why_it_hangs(bench), SETTINGS, table)


def why_it_hangs(bench: Bench) -> str:
    told = tomllib.loads(bench.file(SETTINGS).read_text())["upstreams"]["catalog"].get("answer_time", "60s")
    found = re.fullmatch(r"(\d+)(ms|s|m|h)", told)
    if found and int(found[1]) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[found[2]] <= SHORT:
        return (f"{told} is a short wait, but each of {VISITORS} visitors waits it again and again, and together they fill the"
                " threads: nobody remembers that catalog hangs")
    return "threads that wait for catalog make no other page: its failure has become that of all who share them"


@claim
def recovers(bench: Bench):
    service = catalog(bench)
    shop = extracted(bench, service.port, "again")
    failures: list[tuple[float, float]] = []

    def failure() -> float:
        failures.append(hang_once(service, shop))
        return failures[-1][1] / failures[-1][0]

    too_long, ratios = measured(1, failure, at_least=1, at_most=3)
    away, after = failures[-1]
    did = f"let catalog's process hang for {away:.0f} s, let it go on, and asked for albums"
    table = columns(("catalog hung for", "its pages were away after that for"),
                    *((f"{each[0]:.1f} s", f"{each[1]:.1f} s") for each in failures))
    if too_long is None:
        return CannotTell(did, "of three failures the pages were away for " + ", ".join(f"{each:.1f}" for each in ratios)
                          + " times as long again", shown=table)
    if not too_long:
        return Holds(f"{after:.1f} s after {away:.1f} s", table)
    return NotYet(did, f"no page for another {after:.0f} s", "one sooner than that", "the breaker stays open, and nobody asks"
                  " whether it is back: a short failure has become a long one", SETTINGS, table)


def hang_once(service: Running, shop: Running) -> tuple[float, float]:
    """For how long catalog was away, while some asked for its pages, and how long its pages were away after that: no
    longer than twice as long, for then it is told."""
    if not until(lambda: shop.get("/shop/albums", limit=3)[0] == 200):
        raise Red(NotYet("asked for albums while catalog runs", "no page", "one, before anything fails",
                         "what does not answer on a good day says nothing about a bad one", SETTINGS))
    over = threading.Event()

    def visit():
        while not over.is_set():
            shop.get("/shop/albums", limit=1)
            over.wait(0.05)

    visitors = [threading.Thread(target=visit) for _ in range(4)]
    service.pause()
    begun = time.monotonic()
    for each in visitors:
        each.start()
    over.wait(AWAY)
    over.set()
    for each in visitors:
        each.join()
    service.go_on()
    back = time.monotonic()
    until(lambda: shop.get("/shop/albums", limit=3)[0] == 200, patience=2.2 * (back - begun))
    return back - begun, time.monotonic() - back


main()
