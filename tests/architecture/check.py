#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the architecture of a built tree and reports all violations at once.

Exit codes: 0 nothing new, 1 violations, 2 the check could not see what it has to look at.
"""

import argparse
import sys
from pathlib import Path

from checker import baseline, hidden_inputs, includes, native_database, one_place, orphan_tests, sql, symbols
from checker.model import CannotTell, Tree

RULES = {
    "includes": includes.check,
    "symbols": symbols.check,
    "sql": sql.check,
    "inputs": hidden_inputs.check,
    "database": native_database.check,
    "once": one_place.check,
    "tests": orphan_tests.check,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, required=True, help="the root of the source tree")
    parser.add_argument("--build", type=Path, required=True, help="a build folder in which all is built")
    parser.add_argument("--baseline", type=Path, help="violations that are allowed for now")
    options = parser.parse_args()
    try:
        tree = Tree(options.source, options.build)
        if not tree.modules:
            raise CannotTell(f"{options.build}/banyan_modules.json names no module")
        violations = sorted(v for check in RULES.values() for v in check(tree))
    except CannotTell as reason:
        print(f"architecture: cannot tell: {reason}", file=sys.stderr)
        return 2
    new, complaints = baseline.judge(options.baseline, violations) if options.baseline else (violations, [])
    for v in new:
        owner = tree.part(v.file).owner or v.file.rsplit("/", 1)[0]
        print(f"{v.file}:{v.line}: {v.rule}: {v.what}\n    owner: {owner}\n    do: {v.todo}")
    for complaint in complaints:
        print(complaint)
    allowed = len(violations) - len(new)
    print(f"architecture: {len(tree.modules)} modules, {len(new)} violations, {allowed} more allowed by"
          f" {options.baseline.name if options.baseline else 'no list'}, {len(complaints)} complaints about it")
    return 1 if new or complaints else 0


if __name__ == "__main__":
    sys.exit(main())
