#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Walks the journeys in the legacy shop, in the modular one, in either behind the proxy, and in either while the
catalogue's reads move to another modular shop, by any percentage of the people. What is noted there must be what
was noted in the legacy shop, but for allowed_differences.toml.

    run.py --bin FOLDER [--where PLACE …] [--only JOURNEY …]

    legacy            the legacy shop; always walked, for the others are compared with it
    modular           the modular shop
    modular-proxied   the same behind a proxy that has one route: for everything
    proxy-N           the legacy shop behind the proxy, N per cent of the people on the new side of the catalogue's
                      reads; N is 0 to 100, with two decimals at most: proxy-13, proxy-0.5
    modular-N         the same with the modular shop on the old side

Exit codes: 0 the same everywhere, 1 not, 2 something could not be started.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
import tomllib
from math import comb
from pathlib import Path

from journeys import JOURNEYS, Walk
from shops import LegacyShop, ModularShop

from legacy_shop import Browser, Failed, Server, run  # found by shops
from through_proxy import Proxy, one_route, replace_ports

HERE = Path(__file__).resolve().parent
PLACES = ("legacy", "modular", "modular-proxied", "proxy-0", "proxy-50", "proxy-100")
TRACKS = "90"
ROUTES = (HERE / "routes.toml").read_text()
BY_CHANCE = 1e-4  # what is less likely than that was not by chance


def place(word: str) -> str:
    percent = re.fullmatch(r"(?:proxy|modular)-(\d{1,3}(?:\.\d{1,2})?)", word)
    if word in PLACES or percent and float(percent[1]) <= 100:
        return word
    raise argparse.ArgumentTypeError(f"there is no place {word}: legacy, modular, modular-proxied, or proxy-N or modular-N with"
                                     " N from 0 to 100 and two decimals at most")


class Town:
    """Everything that runs, over two databases that were made from the same data."""

    def __init__(self, binaries: Path, folder: Path):
        self.binaries, self.folder = binaries, folder
        self.running: list = []
        self.made = folder / "made.db"
        run([binaries / "recordshop-data", "generate", "--tracks", TRACKS, "--database", self.made])
        self.imported = folder / "imported.db"
        run([binaries / "legacy-import", "--recordshop", self.made, "--database", self.imported])

    def start(self, *words) -> Server:
        # The same sessions in every run, and so the same people on the same side.
        server = Server(list(words), {"XDG_RUNTIME_DIR": str(self.folder), "SHOP_SEED": "14"})
        self.running.append(server)
        return server

    def database(self, of: Path, name: str) -> Path:
        return Path(shutil.copy(of, self.folder / f"{name}.db"))

    def legacy(self, name: str) -> Server:
        return self.start(self.binaries / "legacy-shop", "--database", self.database(self.imported, name))

    def modular(self, name: str, *more) -> Server:
        return self.start(self.binaries / "recordshop", "--database", self.database(self.made, name), "--log-file",
                          self.folder / f"{name}.log", "--control", self.folder / f"{name}-control.db", *more)

    def shop(self, where: str):
        if where == "legacy":
            return LegacyShop(self.legacy(where).port)
        if where.startswith("modular"):
            carrier = self.start(self.binaries / "parcel-carrier", "--uplift-after", "-1", "--deliver-after", "-1")
            url = f"http://127.0.0.1:{carrier.port}/ws/CargoConnect"
            shop = self.modular(where, "--carrier", url)
            asked = Browser(carrier.port)
            asked.ask("GET", f"/control?push=http://127.0.0.1:{shop.port}/callbacks/shipping")
            asked.close()
            if where == "modular":
                return ModularShop(shop.port, carrier.port)
            if where == "modular-proxied":
                return ModularShop(self.proxy(where, one_route(shop.port)).port, carrier.port)
            # It has no SHOPSESSION: people are told apart by where they are.
            routes = ROUTES.replace('"/health"', '"/health/ready"')
            return ModularShop(self.moving(where, routes, shop.port).port, carrier.port, apart=True)
        return LegacyShop(self.moving(where, ROUTES, self.legacy(where).port).port)

    def moving(self, where: str, routes: str, old_side: int) -> Proxy:
        """A proxy that sends so many per cent of the people to a catalogue beside the shop."""
        catalogue = self.modular(where + "-catalog")
        proxy = self.proxy(where, replace_ports(routes, {"3000": old_side, "3001": catalogue.port}))
        if percent := percent_of(where):
            run([self.binaries / "banyan", "shift", "catalog", f"{percent:g}%", "--why", "journeys", "--url",
                 f"http://127.0.0.1:{proxy.operators}"])
        return proxy

    def proxy(self, where: str, text: str) -> Proxy:
        proxy = Proxy(self.binaries / "banyan", self.folder / where, text)
        self.running.append(proxy)
        return proxy

    def stop(self) -> None:
        for each in reversed(self.running):
            each.stop()


def percent_of(where: str) -> float | None:
    """None where nothing moves."""
    found = re.search(r"-([\d.]+)$", where)
    return found and float(found[1])


def check_sides(sides: dict[str, list[str]], percent: float) -> None:
    """Who is on one side stays there, and as many are on the new one as it was asked for."""
    homes = {who: set(answered) for who, answered in sides.items()}
    readers = {who: home for who, home in homes.items() if who.startswith("Reader")}
    if astray := [who for who, home in readers.items() if len(home) > 1]:
        raise AssertionError(f"on both sides: {astray}")
    seen = set().union(*homes.values())
    expected = {0: {"local"}, 100: {"remote"}, 50: {"local", "remote"} if readers else seen}.get(percent, seen)
    if seen and seen != expected:
        raise AssertionError(f"at {percent:g} % the catalogue was answered by {seen}")
    moved = sum(home == {"remote"} for home in readers.values())
    if not may_be_chance(moved, len(readers), percent / 100):
        raise AssertionError(f"at {percent:g} % the new side has {moved} of {len(readers)} people")


def may_be_chance(moved: int, people: int, share: float) -> bool:
    """Can so many of them be on the new side, when each is there with this probability?"""
    def exactly(count: int) -> float:
        return comb(people, count) * share**count * (1 - share)**(people - count)
    fewer, more = sum(map(exactly, range(moved + 1))), sum(map(exactly, range(moved, people + 1)))
    return min(fewer, more) >= BY_CHANCE


def told(sides: dict[str, list[str]]) -> str:
    if not sides:
        return ""
    answered = [side for each in sides.values() for side in each]
    return (f"; of {len(answered)} reads of the catalogue {answered.count('remote')} by the new side, of"
            f" {len(sides)} people {sum('remote' in each for each in sides.values())}")


def walk_all(town: Town, where: str, names: list[str]) -> dict[str, dict]:
    shop = town.shop(where)
    tracks = [track["id"] for track in shop.tracks("counter", 200)["tracks"]]
    shop.sides.clear()
    noted = {}
    try:
        for journey in JOURNEYS:
            if journey.__name__ in names:
                walk = Walk(shop, tracks)
                try:
                    journey(walk)
                except Exception as trouble:
                    trouble.add_note(f"in the journey {journey.__name__}, {where}, after {list(walk.facts)[-1:]}")
                    raise
                noted[journey.__name__] = walk.facts
    finally:
        shop.close()
    if (percent := percent_of(where)) is not None:
        check_sides(shop.sides, percent)
    print(f"{where}: {sum(map(len, noted.values()))} facts in {len(noted)} journeys" + told(shop.sides))
    return noted


def differences(legacy: dict, other: dict, where: str, allowed: list[dict]) -> list[str]:
    found = []
    for journey, facts in legacy.items():
        for step in facts.keys() | other[journey].keys():
            one, two = facts.get(step), other[journey].get(step)
            if one == two:
                continue
            excuse = next((each for each in allowed if each["journey"] == journey and each["step"] == step
                           and where.split("-")[0].replace("proxy", "proxied") in each["where"]), None)
            if excuse:
                excuse.setdefault("needed", set()).add(where)
            else:
                found.append(f"{journey}: {step}\n    legacy   {json.dumps(one, ensure_ascii=False)}\n"
                             f"    {where:8} {json.dumps(two, ensure_ascii=False)}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True, help="the folder with the built programs")
    parser.add_argument("--where", nargs="+", type=place, metavar="PLACE", default=list(PLACES))
    names = [journey.__name__ for journey in JOURNEYS]
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    options = parser.parse_args()
    allowed = tomllib.loads((HERE / "allowed_differences.toml").read_text())["difference"]
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="journeys-") as folder:
        town = None
        try:
            town = Town(options.bin.resolve(), Path(folder))
            legacy = walk_all(town, "legacy", options.only)
            for where in options.where:
                if where != "legacy":
                    wrong += differences(legacy, walk_all(town, where, options.only), where, allowed)
        except Failed as why:
            print(f"journeys: {why}", file=sys.stderr)
            return 2
        finally:
            if town:
                town.stop()
    if set(options.where) == set(PLACES) and options.only == names:
        wrong += [f"allowed_differences.toml: nothing needs '{each['step']}' of {each['journey']} any more"
                  for each in allowed if not each.get("needed")]
    print("\n".join(wrong) or "the same everywhere, but for what is allowed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
