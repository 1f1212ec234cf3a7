# SPDX-License-Identifier: Apache-2.0
"""Judges lab 18: two bets, the processes that follow, and a day and a night of the legacy shop, by which is told what of it
is dead."""
import json
import os
import re
import subprocess
import time
import tomllib
from datetime import datetime

from lab.checking import Bench, Holds, NotYet, Red, claim, main, middle, ratio_of
from lab.legacy import BERLIN, DESK, LegacyShop, journeys, make_database, routes_of, touched_in, touched_library
from lab.programs import Running, make_shop

VERDICT, DEPLOY, RETIRE = "verdict.toml", "deploy.toml", "retire.toml"
MODULES = ("catalog", "customers", "orders", "payments", "shipping", "warehouse")
DECIDES = {"catalog": "most_instances", "payments": "teams"}
AT_LEAST = 100  # lines
NIGHT = "2020-10-14T02:00:00Z"


def table_of(bench: Bench, name: str) -> dict:
    try:
        return tomllib.loads(bench.file(name).read_text())
    except tomllib.TOMLDecodeError as error:
        raise Red(NotYet(f"read {name}", str(error), "what its first lines say", "it is read by a program", name)) from None


@claim
def bets(bench: Bench):
    given, bet = table_of(bench, VERDICT), table_of(bench, "bets.toml")
    for module, key in DECIDES.items():
        said = given.get(module, {})
        if said.get("because") != key:
            value = bet[module].get(said.get("because"), "nothing")
            return NotYet(f"read why {module} {'comes home' if said.get('verdict') == 'home' else 'stays'}",
                          f"{said.get('because') or 'no reason'}: {value}", "the number that the bet was about",
                          f"the bet was: {bet[module]['bet']}. What a split costs is its price; whether it was worth that is"
                          " said by what was bet", f"{VERDICT}, bets.toml")
        if said.get("verdict") != "home":
            return NotYet(f"read the verdict about {module}", f"{said.get('verdict')}, with {key} = {bet[module][key]}", "home",
                          f"the bet was: {bet[module]['bet']}. It did not come so", VERDICT)
    return Holds(", ".join(f"{module}: {key} = {bet[module][key]}" for module, key in DECIDES.items()))


# --- the processes


class Deployment:
    """The processes of a plan; services first, as the edge has to be told where they are."""

    def __init__(self, bench: Bench, plan: dict[str, list[str]], label: str):
        self.services = {name: Running(bench, "recordshop", "--database", database(bench), "--modules", ",".join(modules),
                                       "--internal", label=f"{label}-{name}", look=DEPLOY)
                         for name, modules in plan.items() if name != "edge"}
        places = [word for name, modules in plan.items() if name != "edge" for module in modules
                  for word in ("--at", f"{module}=127.0.0.1:{self.services[name].port}")]
        self.edge = Running(bench, "recordshop", "--database", database(bench), "--modules", ",".join(plan["edge"]), *places,
                            label=f"{label}-edge", look=DEPLOY)

    def pages(self) -> list[tuple[int, str]]:
        albums = self.edge.get("/shop/albums")
        album = sorted(re.findall(r"/shop/albums/(alb_\w+)", albums[1]))[:1]
        return [albums, self.edge.get("/shop/search?text=a"),
                self.edge.get(f"/shop/albums/{album[0]}" if album else "/shop/albums/none")]

    def milliseconds(self) -> float:
        begun = time.monotonic()
        self.edge.get("/shop/albums")
        return (time.monotonic() - begun) * 1000

    def calls_between(self) -> int:
        return int(self.edge.metric("banyan_port_calls_total", binding="remote"))

    def stop(self) -> None:
        for each in (self.edge, *self.services.values()):
            each.stop()


def database(bench: Bench):
    return bench.once("shop", lambda: make_shop(bench, tracks=60))


def plan_of(bench: Bench) -> dict[str, list[str]]:
    plan = {name: list(each.get("modules", [])) for name, each in table_of(bench, DEPLOY).items()}
    hosted = sorted(module for modules in plan.values() for module in modules)
    if "edge" not in plan or hosted != sorted(MODULES):
        raise Red(NotYet(f"read {DEPLOY}", f"modules: {', '.join(hosted) or 'none'}", "an edge, and each of the six modules once",
                         "a module that runs nowhere answers nobody, and one that runs twice answers two ways", DEPLOY))
    return plan


SPLIT = {"edge": ["customers", "orders", "shipping", "warehouse"], "catalog": ["catalog"], "payments": ["payments"]}


def words_of(page: tuple[int, str]) -> tuple[int, str]:
    return page[0], " ".join(re.sub(r"<[^>]*>", " ", page[1]).split())


@claim
def home(bench: Bench):
    plan = plan_of(bench)
    split, mine = Deployment(bench, SPLIT, "split"), Deployment(bench, plan, "mine")
    before, after = split.pages(), mine.pages()
    calls = (split.calls_between(), mine.calls_between())
    windows: tuple[list[float], list[float]] = ([], [])
    for _ in range(9):
        windows[0].append(split.milliseconds())
        windows[1].append(mine.milliseconds())
    split.stop(), mine.stop()
    if [words_of(page) for page in before] != [words_of(page) for page in after]:
        return NotYet("asked for three pages, of the split shop and of yours", "other pages", "the same",
                      "coming home changes where, never what", DEPLOY)
    away = [module for name, modules in plan.items() if name != "edge" for module in modules]
    if away:
        return NotYet("started the processes that you have written down", f"{len(plan)} processes; {', '.join(away)} still away",
                      "1 process", "a bet that was lost costs as long as it runs: a process to watch, a network to fail, and calls"
                      " that can be lost", DEPLOY)
    ratio = ratio_of(*windows)
    beside = f"{middle(windows[0]):.1f} ms -> {middle(windows[1]):.1f} ms a page" + ("" if ratio else ", cannot tell")
    return Holds(f"3 processes -> 1, {calls[0]} calls between them for 3 pages -> {calls[1]}; {beside}")


# --- a day and a night of the legacy shop


class Day:
    """What is used, and when: routes by who asks, tables by who writes."""

    def __init__(self, bench: Bench):
        self.bench = bench
        self.database, self.track = make_database(bench, "day", copies=4)
        self.log = bench.folder / "touched.txt"
        self.routes: list[tuple[str, str, str]] = []  # when, who, which
        self.writes: list[tuple[str, str, str]] = []  # when, who, which table
        self.environment = {"LD_PRELOAD": str(touched_library(bench)), "SHOP_TOUCHED": str(self.log)}
        self.cookie, self.order = "", ""
        self.retired = table_of(bench, RETIRE).get("routes", [])
        self.shop_at("2020-10-13T09:30:00Z", self.customers)
        self.shop_at("2020-10-13T14:00:00Z", self.desk)
        self.nightly()
        self.shop_at("2020-10-14T06:00:00Z", self.reseller)

    def shop_at(self, when: str, work) -> None:
        self.log.write_text("")
        shop = LegacyShop(self.bench, self.database, look=RETIRE, SHOP_NOW=when, **self.environment)

        def ask(who: str, route: str, body: dict | None = None, **names: str) -> dict:
            method, path = route.split(" ", 1)
            for name, value in names.items():
                path = path.replace("{" + name + "}", value)
            self.routes.append((when, who, route))
            status, document, cookie = shop.ask(method, path, body, self.cookie, **(DESK if who == "the desk" else {}))
            # The shop that is walked is the one without what is listed: who asked for that has asked all the same.
            if status == 404 and route in self.retired:
                return {}
            if status >= 400 or status == 0:
                raise RuntimeError(f"{route} is refused with {status}")
            self.cookie = cookie or self.cookie
            return document

        work(ask)
        shop.stop()
        self.note(when, "legacy-shop")

    def note(self, when: str, who: str) -> None:
        for table in sorted({table for table, _ in touched_in(self.log.read_text())[1]}):
            self.writes.append((when, who, table))

    def customers(self, ask) -> None:
        who = id_of(ask("a customer", "POST /customers", {"name": "Greta", "email": "g@example.org", "address": BERLIN,
                                                          "password": "long enough"}))
        ask("a customer", "GET /customers/{id}", id=who), ask("a customer", "GET /session")
        ask("a customer", "PUT /basket/{track}", {"quantity": 1}, track=self.track), ask("a customer", "GET /basket")
        self.order = id_of(ask("a customer", "POST /orders", {}))
        ask("a customer", "GET /orders"), ask("a customer", "GET /orders/{id}", id=self.order)

    def desk(self, ask) -> None:
        ask("the desk", "GET /orders/{id}/picklist", id=self.order)
        ask("the desk", "PUT /orders/{id}/picked", {"picker": "Jonas"}, id=self.order)
        ask("the desk", "GET /orders/{id}/label", id=self.order)
        ask("the desk", "PUT /tracks/{id}/price", {"price": {"minor_units": 149, "currency": "EUR"}}, id=self.track)
        ask("the desk", "GET /reports/sales"), ask("the desk", "GET /health")

    def nightly(self) -> None:
        self.log.write_text("")
        done = subprocess.run([self.bench.program("legacy-nightly"), "--database", self.database], capture_output=True, text=True,
                              check=False, timeout=20, env=dict(os.environ, SHOP_NOW=NIGHT, **self.environment))
        if done.returncode != 0:
            raise RuntimeError(f"legacy-nightly: {done.stderr}")
        self.note(NIGHT, "legacy-nightly")

    def reseller(self, ask) -> None:
        ask("a reseller's script", "GET /pricelist.xml")


def id_of(made: dict) -> str:
    if "id" not in made:
        raise Red(NotYet(f"walked through a day of the shop without what {RETIRE} lists", "a customer cannot come in, or order",
                         "both", "dead is what nobody has used in a window that is long enough, and not what nobody remembers",
                         RETIRE))
    return made["id"]


def day(bench: Bench) -> Day:
    return bench.once("day", lambda: Day(bench))


def moment(text: object) -> datetime:
    try:
        return datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        raise Red(NotYet(f"read {RETIRE}", f"{text} is no time", "2020-10-13T09:00:00Z", "a window has a begin and an end",
                         RETIRE)) from None


@claim
def window(bench: Bench):
    given = table_of(bench, RETIRE)
    begin, end = moment(given.get("from")), moment(given.get("to"))
    outside = [(when, "legacy-nightly") for when, who, *_ in day(bench).writes
               if who == "legacy-nightly" and not begin <= moment(when) <= end]
    outside += [(when, who) for when, who, _ in day(bench).routes if not begin <= moment(when) <= end]
    if not outside:
        return Holds(f"{given['from']} to {given['to']}, with the night")
    when, who = outside[0]
    tables = len({table for at, by, table in day(bench).writes if (at, by) == (when, who)})
    did = "looked who has used the shop on a day and in the night after it, and laid your window over that"
    return NotYet(did, f"it ends at {given.get('to')}; {who} {f'wrote into {tables} tables' if tables else 'came'} at {when}",
                  "a window in which all happens that happens", "what runs seldom is not dead. A window has to be as long as the"
                  " rarest use: a night, a month, the end of a year", RETIRE)


@claim
def dead(bench: Bench):
    given = table_of(bench, RETIRE)
    known = routes_of(bench)
    for route in given.get("routes", []):
        if route not in known:
            return NotYet(f"read {RETIRE}", f"there is no route {route}", "one of app/legacy/src/routes.cpp",
                          "it is read by a program", RETIRE)
        used = [(when, who) for when, who, asked in day(bench).routes if asked == route]
        if used:
            return NotYet(f"looked for the last use of {route}", f"{used[-1][1]}, at {used[-1][0]}", "none",
                          "dead is what nobody has used in a window that is long enough, and not what nobody remembers", RETIRE)
    for table in given.get("tables", []):
        used = [(when, who) for when, who, name in day(bench).writes if name == table]
        if used:
            when, who = used[-1]
            return NotYet(f"looked for the last write into {table}", f"{who} wrote there at {when}", "none",
                          f"counters of HTTP see what comes through the door. {who} has a key of its own: it writes into the"
                          " database, past all routes", RETIRE)
    return Holds(f"{len(given.get('routes', []))} routes, {len(given.get('tables', []))} tables, no use")


@claim
def deletable(bench: Bench):
    pruned = json.loads((bench.programs.parent / "pruned/pruned.json").read_text())
    if pruned["lines"] < AT_LEAST:
        return NotYet(f"deleted what {RETIRE} lists from a copy of the legacy shop", f"{pruned['lines']} lines less",
                      f"at least {AT_LEAST}", "what has moved and is still there will be mended twice, or once in the wrong place."
                      " Six routes of the catalogue have moved", f"{RETIRE}, app/legacy/src/routes.cpp")
    verdict = journeys(bench, "3_account", "6_follow", "9_night", look=RETIRE,
                       why="what is left of the old shop has to do what it did")
    return Holds(f"{pruned['lines']} lines less, {verdict.evidence} as recorded") if isinstance(verdict, Holds) else verdict


main()
