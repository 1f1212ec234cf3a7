# SPDX-License-Identifier: Apache-2.0
"""The record shop, taken apart in one way or another: which programs run, with which words.

The *edge* is the process that clients reach. A module that has left is a *service* of its own. Where one of
these needs a module that is still at home, it asks the *inside* of the edge: the address where that one listens
for others of the application only. The *provider* and the *carrier* are outside parties.
"""

import json
import random
import socket
import subprocess
from pathlib import Path

from plan import WITH_SERVICES

PARTIES = ("provider", "carrier")


def modules_of(binaries: Path) -> dict[str, list[str]]:
    """What the program says of itself: each module, and whom it needs."""
    said = subprocess.run([binaries / "recordshop", "--describe"], check=True, capture_output=True).stdout
    return {each["name"]: each["needs"] for each in json.loads(said)["modules"]}


class Ports:
    """Free ones below those that the system gives to whoever asks for any: a process that was killed finds
    its own free again."""

    def __init__(self):
        self.taken: dict[str, int] = {}

    def of(self, name: str) -> int:
        while name not in self.taken:
            port = random.randrange(15_000, 32_000)
            if port not in self.taken.values() and self.is_free(port):
                self.taken[name] = port
        return self.taken[name]

    @staticmethod
    def is_free(port: int) -> bool:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return True
            except OSError:
                return False


class Shop:
    """The programs of one cell, at the same addresses from its beginning to its end."""

    def __init__(self, binaries: Path, needs: dict[str, list[str]], modules: tuple[str, ...], database: str,
                 folder: Path, builds: str, parties: bool = True):
        self.binaries, self.needs, self.modules = binaries, needs, modules
        self.database, self.folder, self.builds, self.has_parties = database, folder, builds, parties
        self.ports = Ports()

    # --- where

    def port(self, program: str) -> int:
        return self.ports.of(program)

    def url(self, program: str) -> str:
        return f"http://127.0.0.1:{self.port(program)}"

    def address(self, program: str) -> str:
        return f"127.0.0.1:{self.port(program)}"

    def ready(self, program: str) -> str:
        """What answers 2xx when it is."""
        return self.url(program) + ("/books" if program in PARTIES else "/health/ready")

    # --- what

    @property
    def set_name(self) -> str:
        return "all" if len(self.modules) == len(self.needs) else "-".join(sorted(self.modules))

    def inside(self) -> list[str]:
        """The modules at home that those which have left need."""
        needed = {need for module in self.modules for need in self.needs[module]}
        return [each for each in self.needs if each in needed and each not in self.modules]

    def build(self, kind: str) -> Path:
        """The edge's program in the build of the modules' own, or in that of all, which routes those whose
        place it is told. Each build that is preferred here has to be made by the target `matrix`: what lies
        about from some other day is taken as well."""
        names = [f"{kind}-{self.set_name}"] + ["routed-all"] * (kind == "routed")
        for name in names:
            program = self.binaries / "flavours" / name / "recordshop"
            if program.exists():
                return program
        raise SystemExit(f"matrix: there is no build {self.binaries}/flavours/{names[-1]}; build "
                         f"recordshop.{names[-1]} (./dev matrix does)" +
                         ("" if kind == "routed" else ", or say --builds one"))

    def common(self) -> list[str]:
        words = ["--database", self.database, "--control", str(self.folder / "control.db"), "--loops", "1"]
        if self.has_parties:
            words += ["--payment-provider", self.url("provider") + "/gw/xml",
                      "--carrier", self.url("carrier") + "/ws/CargoConnect"]
        return words

    def places(self, modules) -> list[str]:
        """Where these are found: those that have left in their services, the others inside the edge."""
        words = []
        for each in modules:
            words += ["--at", f"{each}={self.address(each if each in self.modules else 'inside')}"]
        return words

    def edge(self, stand: str) -> list[str]:
        words = ["--port", str(self.port("edge")), "--sticky", "header:X-Customer", *self.common()]
        if stand == "rehearsed":
            words += ["--rehearse", ",".join(self.modules)]
        if stand not in WITH_SERVICES:
            return [str(self.binaries / "recordshop"), *words]
        words += self.places(self.modules)
        if self.inside():
            words += ["--internal-address", self.address("inside")]
        if stand in ("routed", "returning"):
            return [str(self.build("routed")), *words]
        if self.builds == "own":
            return [str(self.build("extracted")), *words]
        left = [each for each in self.needs if each not in self.modules]
        return [str(self.binaries / "recordshop"), "serve", "--modules", ",".join(left) or "none", *words]

    def service(self, module: str) -> list[str]:
        words = ["--internal", "--port", str(self.port(module)), *self.common(),
                 *self.places(self.needs[module])]
        if self.builds == "own":
            return [str(self.binaries / f"recordshop-{module}"), *words]
        return [str(self.binaries / "recordshop"), "serve", "--modules", module, *words]

    def parties(self) -> dict[str, list[str]]:
        """They are quick: people follow their orders to the end, and send some of them back."""
        edge = self.url("edge")
        return {"provider": [str(self.binaries / "payment-provider"), "--port", str(self.port("provider")),
                             "--notify", edge + "/callbacks/payments", "--books", str(self.folder / "provider.db")],
                "carrier": [str(self.binaries / "parcel-carrier"), "--port", str(self.port("carrier")),
                            "--push", edge + "/callbacks/shipping", "--books", str(self.folder / "carrier.db"),
                            "--uplift-after", "1", "--deliver-after", "1"]}

    def programs(self, stand: str) -> dict[str, list[str]]:
        """Every program of the stand, by name."""
        found = {"edge": self.edge(stand), **(self.parties() if self.has_parties else {})}
        if stand not in WITH_SERVICES:
            return found
        for module in self.modules:
            found[module] = self.service(module)
        return found
