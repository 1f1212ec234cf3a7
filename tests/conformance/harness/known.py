# SPDX-License-Identifier: Apache-2.0
"""Failures that are known: listed with their reason, red when they are mended and still listed."""

import unittest
from pathlib import Path

FILE = Path(__file__).parents[1] / "known_failures.txt"


def listed():
    """Test name ("module.Class.test") → reason."""
    failures = {}
    for number, line in enumerate(FILE.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        name, _, reason = line.partition(": ")
        if not reason.strip() or name in failures:
            raise ValueError(f"{FILE}:{number}: each line is 'module.Class.test: reason', and each test once")
        failures[name] = reason.strip()
    return failures


def mark(case):
    """A class decorator: the listed tests of the class are expected to fail."""
    for name in listed():
        module, _, rest = name.partition(".")
        owner, _, test = rest.partition(".")
        if (module, owner) == (case.__module__, case.__name__) and test in vars(case):
            setattr(case, test, unittest.expectedFailure(vars(case)[test]))
    return case
