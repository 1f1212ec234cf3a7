#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Walks the journeys in the legacy shop, in the modular one, and in the legacy one behind the proxy while the
catalogue's reads move to the modular catalogue: 0, 50 and 100 per cent of the people. What is noted there must
be what was noted in the legacy shop, but for allowed_differences.toml.

    run.py --bin FOLDER [--where legacy|modular|proxy-0|proxy-50|proxy-100 …] [--only JOURNEY …]

Exit codes: 0 the same everywhere, 1 not, 2 something could not be started.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

from journeys import JOURNEYS, Walk
from shops import PATIENCE, LegacyShop, ModularShop

from legacy_shop import Browser, Failed, Server, run  # found by shops

HERE = Path(__file__).resolve().parent
PLACES = ("legacy", "modular", "proxy-0", "proxy-50", "proxy-100")
TRACKS = "90"
ROUTES = (HERE / "routes.toml").read_text()


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
        if where == "modular":
            carrier = self.start(self.binaries / "parcel-carrier", "--uplift-after", "-1", "--deliver-after", "-1")
            url = f"http://127.0.0.1:{carrier.port}/ws/CargoConnect"
            shop = self.modular(where, "--carrier", url)
            asked = Browser(carrier.port)
            asked.ask("GET", f"/control?push=http://127.0.0.1:{shop.port}/callbacks/shipping")
            asked.close()
            return ModularShop(shop.port, carrier.port)
        return LegacyShop(self.proxy(where, self.legacy(where).port, self.modular(where + "-catalog").port))

    def proxy(self, where: str, legacy: int, catalog: int) -> int:
        folder = self.folder / where
        folder.mkdir()
        with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
            port, operators = one.getsockname()[1], two.getsockname()[1]
        text = ROUTES
        for was, is_now in (("8080", port), ("9180", operators), ("3000", legacy), ("3001", catalog)):
            text = text.replace(f"127.0.0.1:{was}", f"127.0.0.1:{is_now}")
        config = folder / "banyan.toml"
        config.write_text(text)
        self.running.append(Proxy(self.binaries / "banyan", config, port))
        percent = where.split("-")[1]
        if percent != "0":
            run([self.binaries / "banyan", "shift", "catalog", f"{percent}%", "--why", "journeys", "--url",
                 f"http://127.0.0.1:{operators}"])
        return port

    def stop(self) -> None:
        for each in reversed(self.running):
            each.stop()


class Proxy:
    def __init__(self, program: Path, config: Path, port: int):
        self.process = subprocess.Popen([program, "proxy", "--config", config, "--explain"], cwd=config.parent,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        env={**os.environ, "XDG_RUNTIME_DIR": str(config.parent)})
        until = time.monotonic() + PATIENCE
        while not self.listens(port):
            if self.process.poll() is not None or time.monotonic() > until:
                raise Failed(f"the proxy does not begin: {self.stop()}")
            time.sleep(0.01)

    @staticmethod
    def listens(port: int) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def stop(self) -> str:
        self.process.terminate()
        said = self.process.communicate(timeout=PATIENCE)[1].decode(errors="replace")
        return said


def check_sides(sides: dict[str, list[str]], percent: str) -> None:
    """Who is on one side stays there, and who is where is as it was asked for."""
    homes = {who: set(answered) for who, answered in sides.items()}
    if astray := [who for who, home in homes.items() if len(home) > 1 and who.startswith("Reader")]:
        raise AssertionError(f"on both sides: {astray}")
    seen = set().union(*homes.values())
    expected = {"0": {"local"}, "100": {"remote"}, "50": {"local", "remote"}}[percent]
    if seen != expected:
        raise AssertionError(f"at {percent} % the catalogue was answered by {seen}")


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
    if where.startswith("proxy"):
        check_sides(shop.sides, where.split("-")[1])
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
    parser.add_argument("--where", nargs="+", choices=PLACES, default=list(PLACES))
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
