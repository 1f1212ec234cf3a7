# SPDX-License-Identifier: Apache-2.0
"""What the tests of the packages share."""

import os
import shutil
import subprocess
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60


# Set by `./dev package --test`, which may take its time, and installs all tools.
WHOLE = "BANYAN_WHOLE_TEST" in os.environ


def whole():
    """For a test that is too long for `./dev test`."""
    if not WHOLE:
        raise unittest.SkipTest("a part of ./dev package --test")


def need(*tools):
    """Skips the test, by name, where a tool is missing."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if not missing:
        return
    if WHOLE:
        raise AssertionError(f"not installed: {', '.join(missing)}")
    raise unittest.SkipTest(f"{', '.join(missing)} is not installed; ./dev package --test installs it")


def run(*command, expect=0, **options):
    """Output and errors of a command as one text."""
    done = subprocess.run([str(word) for word in command], text=True, check=False, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if expect is not None and done.returncode != expect:
        raise AssertionError(f"{' '.join(map(str, command))}: exit code {done.returncode}, expected {expect}\n"
                             f"{done.stdout[-6000:]}")
    return done.stdout


def until(condition, what):
    """Waits for a condition, and gives back what made it true."""
    end = time.monotonic() + PATIENCE
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {PATIENCE} s in vain until {what}")
        time.sleep(0.02)
    return value
