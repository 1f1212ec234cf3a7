#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles one planted tree and checks that the architecture check reports what expected.txt says
("file:line: rule: target" on each line), and nothing else.

usage: test_violation.py violations/CASE COMPILER
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from check import RULES
from checker import baseline
from checker.model import Tree


def compile_planted(case: Path, build: Path, compiler: str) -> None:
    """Every source becomes an object with its dependency file; a module's objects its archive."""
    tree = json.loads((case / "modules.json").read_text())
    compiled = []
    for source in sorted(case.rglob("*.cpp")):
        relative = source.relative_to(case)
        if relative.as_posix() in tree.get("not_compiled", ()):
            continue
        home = case / "/".join(relative.parts[:2])
        roots = [home / "src", *case.glob("*/*/include"), *case.glob("migrations/engine/*/include"), case]
        flags = [flag for root in roots for flag in ("-I", str(root))]
        flags += tree.get("options", {}).get(relative.as_posix(), [])
        target = build / home.relative_to(case) / f"{source.name}.o"
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([compiler, "-std=c++23", "-c", "-MD", "-MF", f"{target}.d", *flags, str(source),
                        "-o", str(target)], check=True,
                       cwd=case)
        compiled.append({"directory": str(case), "file": str(source)})
    modules = []
    for module in tree["modules"]:
        archive = build / f"lib{module['name']}.a"
        objects = sorted(str(o) for o in (build / "modules" / module["name"]).glob("*.o"))
        subprocess.run(["ar", "rcs", str(archive), *objects], check=True)
        modules.append({"needs": [], "tables": [], **module, "archives": [str(archive)]})
    (build / "banyan_modules.json").write_text(json.dumps({"modules": modules, "kit_archives": []}))
    (build / "compile_commands.json").write_text(json.dumps(compiled))


def main() -> int:
    case, compiler = Path(sys.argv[1]).resolve(), sys.argv[2]
    with tempfile.TemporaryDirectory() as build:
        compile_planted(case, Path(build), compiler)
        violations = sorted(v for check in RULES.values() for v in check(Tree(case, Path(build))))
        new, complaints = baseline.judge(case / "baseline.txt", violations)
    reported = [f"{v.file}:{v.line}: {v.rule}: {v.target}" for v in new]
    reported += [complaint.splitlines()[0].replace(f"{case}/", "") for complaint in complaints]
    expected = (case / "expected.txt").read_text().splitlines()
    for line in sorted(set(expected) - set(reported)):
        print(f"not reported: {line}")
    for line in sorted(set(reported) - set(expected)):
        print(f"reported, but not planted: {line}")
    for violation in new:
        if not violation.what or not violation.todo:
            print(f"says not what to do: {violation.key}")
            return 1
    return 0 if sorted(expected) == sorted(reported) else 1


if __name__ == "__main__":
    sys.exit(main())
