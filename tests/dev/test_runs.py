# SPDX-License-Identifier: Apache-2.0
"""What ./dev test makes of tests that fail: twice, once, or too many of them."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

DEV = Path(os.environ["BANYAN_SOURCES"]) / "dev"
PASSES = ["true"]
FAILS = ["sh", "-c", "echo always; false"]
# The first time it leaves a mark, and fails.
UNSTABLE = ["sh", "-c", "test -e seen || { echo said at first; touch seen; false; }"]


class ARunOfTests(unittest.TestCase):
    def run_tests(self, tests: dict):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        shutil.copy(DEV, folder)
        build = folder / "build/fixture"
        build.mkdir(parents=True)
        (build / "CTestTestfile.cmake").write_text("".join(
            "add_test({} {})\n".format(name, " ".join(f"[==[{word}]==]" for word in words))
            for name, words in tests.items()))
        return subprocess.run(["bash", "-c", "source ./dev help >/dev/null; run_tests fixture"],
                              cwd=folder, capture_output=True, text=True, check=False)

    def test_that_passes_is_run_once(self):
        done = self.run_tests({"one": PASSES, "two": PASSES})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("once more", done.stdout)

    def test_in_which_one_fails_twice_fails_and_names_it_last(self):
        done = self.run_tests({"good": PASSES, "broken": FAILS, "unstable": UNSTABLE})
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("these have failed twice", done.stderr)
        self.assertIn("broken", done.stderr)

    def test_in_which_one_fails_only_beside_others_passes_and_shows_what_it_said(self):
        done = self.run_tests({"good": PASSES, "unstable": UNSTABLE})
        self.assertEqual(done.returncode, 0, done.stderr)
        told = done.stdout.split("UNSTABLE: unstable", 1)[1]
        self.assertIn("said at first", told)
        self.assertTrue(done.stdout.rstrip().endswith("unstable: unstable"), done.stdout)

    def test_in_which_many_fail_is_not_run_again(self):
        done = self.run_tests({f"broken{i}": FAILS for i in range(11)})
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn("once more", done.stdout)


if __name__ == "__main__":
    unittest.main()
