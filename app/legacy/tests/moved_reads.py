# SPDX-License-Identifier: Apache-2.0
"""The golden master while the catalogue's reads move: a modular shop with the sample's records behind the proxy, by the
routes of tests/journeys, and what it may answer in other words. Standard library only.
"""

import re
import tomllib
from pathlib import Path

from legacy_shop import Browser, Failed, Server, run
from through_proxy import Proxy, replace_ports

JOURNEYS = Path(__file__).resolve().parents[3] / "tests/journeys"
TRACKS = "88"  # as data/make_sample.py has them, so that the ids are the same
STEP = re.compile(r"(\w+: [A-Z]+ /\S*|\$ \S+)")
SIDE = re.compile(r"side=(\w+); reason=bucket")


class MovedReads:
    """The new side, and how many per cent of the people read there."""

    def __init__(self, binaries: Path, banyan: Path, folder: Path):
        self.banyan = banyan
        made = folder / "made.db"
        run([binaries / "recordshop-data", "generate", "--tracks", TRACKS, "--database", made])
        self.shop = Server([binaries / "recordshop", "--database", made, "--log-file", folder / "shop.log", "--control",
                            folder / "control.db"], {"XDG_RUNTIME_DIR": str(folder)})
        self.routes = (JOURNEYS / "routes.toml").read_text()
        self.begin(0)

    def begin(self, percent: float) -> None:
        self.percent = percent
        self.sides: list[str] = []

    def stop(self) -> None:
        self.shop.stop()

    def proxy(self, folder: Path, port: int) -> Proxy:
        proxy = Proxy(self.banyan, folder, replace_ports(self.routes, {"3000": port, "3001": self.shop.port}))
        try:
            if self.percent:
                run([self.banyan, "shift", "catalog", f"{self.percent:g}%", "--why", "golden master", "--url",
                     f"http://127.0.0.1:{proxy.operators}"])
        except Failed:
            proxy.stop()
            raise
        return proxy

    def somebody_else(self, browser: Browser) -> None:
        """Who has not signed in is told apart by the address: each question of theirs is somebody else's, and so a
        journey is answered by both sides in turns."""
        if not browser.cookies:
            browser.move_to(f"127.0.0.{2 + len(self.sides) % 250}")

    def answered(self, fields: list) -> None:
        side = SIDE.search(dict(fields).get("X-Strangler", ""))
        if side:
            self.sides.append(side[1])

    def told(self) -> str:
        return f"{self.sides.count('remote')} of {len(self.sides)} reads of the catalogue by the modular shop"

    def doubt(self) -> str | None:
        """Why the walk proves less than it seems to."""
        expected = {0: {"local"}, 100: {"remote"}}.get(self.percent, {"local", "remote"})
        if not self.sides or set(self.sides) == expected or 0 < self.percent < 50:
            return None
        return f"at {self.percent:g} % that was expected of {' and '.join(sorted(expected))}, and of nobody else"


class Answers:
    """What the new side may say in other words: exchanges by journey and question, each with its reason."""

    def __init__(self, rows: list[dict]):
        self.rows = {(row["journey"], row["asked"]): row for row in rows}
        self.needed: set[tuple[str, str]] = set()

    @staticmethod
    def allowed() -> "Answers":
        return Answers(tomllib.loads((JOURNEYS / "allowed_differences.toml").read_text())["answer"])

    def excused(self, name: str, recorded: str, now: str) -> str:
        """`now`, with what was recorded where an answer may be another one and is the one that was foreseen."""
        old, new = exchanges(recorded), exchanges(now)
        for at, (was, came) in enumerate(zip(old, new)):
            row = self.rows.get((name, came[0]))
            if row and was != came and was[:2] == came[:2] and foreseen(row, came):
                self.needed.add((name, came[0]))
                new[at] = was
        return "".join(line + "\n" for exchange in new for line in exchange)

    def unneeded(self, walked) -> list[str]:
        return [f"{name}: {asked}" for name, asked in sorted(self.rows.keys() - self.needed) if name in walked]


def exchanges(text: str) -> list[list[str]]:
    """The lines of a transcript, from question to question; what comes before the first is one, too."""
    parts: list[list[str]] = [[]]
    for line in text.splitlines():
        if STEP.match(line):
            parts.append([])
        parts[-1].append(line)
    return parts


def foreseen(row: dict, exchange: list[str]) -> bool:
    """Is it the problem document with that rule, and nothing else?"""
    body = "\n".join(exchange[2:])
    return f'"rule": "{row["rule"]}"' in body and '"type": "about:blank"' in body and not re.search(r"^  \w+ [+-]\d|->", body, re.M)
