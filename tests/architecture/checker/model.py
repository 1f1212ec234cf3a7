# SPDX-License-Identifier: Apache-2.0
"""What the rules talk about: the tree with its modules, the parts that files play, violations."""

import json
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Module:
    name: str
    needs: tuple[str, ...]
    tables: tuple[str, ...]
    archives: tuple[str, ...]  # of .core and .module
    follows: tuple[str, ...] = ()  # the modules whose events it subscribes to


@dataclass(frozen=True, order=True)
class Violation:
    """`target` is what the file reaches for: a header, a symbol, a table. Rule, file and target
    are its identity; the line may change when something above it is edited."""

    file: str
    line: int
    rule: str
    target: str
    what: str = field(compare=False)
    todo: str = field(compare=False)

    @property
    def key(self):
        return f"{self.rule} | {self.file} | {self.target}"


@dataclass(frozen=True)
class Part:
    """The part that a file plays in the house.

    kind   kernel, module, kit, strangler, serving, app, kit-app (generic parts of app/), test,
           generated, outside
    owner  who is asked about it: "orders", "adapters/http", "app/recordshop"
    layer  of a module's file: published, domain, application, persistence, wiring
    """

    kind: str
    owner: str
    layer: str = ""


OUTSIDE = Part("outside", "")
# The kit's headers where it is installed, by the folder below banyan/; what is not here is part of it
# that modules have no business with.
INSTALLED = {
    "kernel": Part("kernel", "modules/kernel", "published"),
    "security": Part("kit", "adapters/security"),
    "sql": Part("kit", "adapters/sql"),
    "migrations": Part("kit", "migrations/engine/runner"),
}
LAYERS = ("domain", "application", "persistence")
KIT_APPS = ("app/banyan",)


# The owner of tables that belong to nobody: those that migrations/shared/ creates.
SHARED = "shared"


# What is not looked at. The list is about this repository, and not installed.
_LEFT_OUT = Path(__file__).parent.parent / "left_out.toml"
LEFT_OUT = tuple(row["path"] for row in tomllib.loads(_LEFT_OUT.read_text())["folder"]) if _LEFT_OUT.exists() else ()


class CannotTell(Exception):
    """The check could not see what it has to look at; that is neither green nor red."""


class Tree:
    def __init__(self, source: Path, build: Path):
        self.source = source.resolve()
        self.build = build.resolve()
        manifest = self.build / "banyan_modules.json"
        if not manifest.is_file():
            raise CannotTell(f"{manifest} is missing; configure this build folder first")
        declared = json.loads(manifest.read_text())
        self.modules = {
            m["name"]: Module(m["name"], tuple(m["needs"]), tuple(m["tables"]), tuple(m["archives"]),
                              tuple(event.split(".")[0] for event in m.get("subscribes", ())))
            for m in declared["modules"]
        }
        self.kit_archives = tuple(declared.get("kit_archives", ()))
        self.owner_of_table = dict.fromkeys(self._shared_tables(), SHARED) | {
            table.lower(): m.name for m in self.modules.values() for table in m.tables
        }

    def _shared_tables(self):
        for script in self.files(f"migrations/{SHARED}/*.sql"):
            yield from re.findall(r"\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?(\w+)", self.text(script).lower())

    def relative(self, path) -> str:
        """The path from the root of the source tree, or as it is when it is not in there."""
        path = str(path)
        prefix = str(self.source) + "/"
        return path[len(prefix):] if path.startswith(prefix) else path

    def is_generated(self, relative: str) -> bool:
        build = self.relative(self.build)
        return relative.startswith(build + "/") or relative.startswith("build/")

    def part(self, relative: str) -> Part:
        if relative.startswith("/"):
            inside_build = relative.startswith(str(self.build) + "/")
            return Part("generated", "") if inside_build else OUTSIDE
        if self.is_generated(relative):
            return Part("generated", "")
        if relative.startswith(LEFT_OUT):
            return OUTSIDE
        steps = relative.split("/")
        two = "/".join(steps[:2])
        match steps[0]:
            case "modules" if len(steps) > 2:
                return self._module_part(steps)
            case "adapters":
                return Part("kit", two)
            case "migrations" if len(steps) > 2 and steps[1] == "engine":
                return Part("kit", "/".join(steps[:3]))
            case "strangler":
                return Part("strangler", two)
            case "serving":
                return Part("serving", "serving/host" if two == "serving/host" else "serving")
            case "app" if len(steps) > 4 and steps[2] == "modules":  # an application that brings its own
                return self._module_part(steps[2:])
            case "app" if len(steps) > 3 and steps[2] == "tests":
                return Part("test", "/".join(steps[:3]))
            case "app":
                return Part("kit-app" if two in KIT_APPS else "app", two)
            case "tests":
                return Part("test", two)
        return OUTSIDE

    @staticmethod
    def _module_part(steps) -> Part:
        name = steps[1]
        if name == "kernel":
            return Part("kernel", "modules/kernel", "published" if steps[2] == "include" else "src")
        if steps[2] == "include":
            return Part("module", name, "published")
        layer = steps[3] if len(steps) > 4 and steps[3] in LAYERS else "wiring"
        return Part("module", name, layer)

    @staticmethod
    def installed(spec: str) -> Part | None:
        """The part of the kit that `#include "banyan/sql/session.hpp"` means, when it is installed."""
        steps = spec.split("/")
        if steps[0] != "banyan" or len(steps) < 3:
            return None
        return INSTALLED.get(steps[1], Part("kit", f"banyan/{steps[1]}"))

    def files(self, *patterns: str):
        """Files of the source tree, sorted, without build folders, planted violations and what is left out."""
        for pattern in patterns:
            for path in sorted(self.source.glob(pattern)):
                relative = self.relative(path)
                planted = relative.startswith("tests/architecture/violations/")
                if path.is_file() and not planted and not relative.startswith(LEFT_OUT) and not self.is_generated(relative):
                    yield relative

    def text(self, relative: str) -> str:
        return (self.source / relative).read_text(encoding="utf-8", errors="replace")
