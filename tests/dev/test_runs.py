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
    def run_tests(self, tests: dict, *arguments: str, failed_before="", ctest=""):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        shutil.copy(DEV, folder)
        build = folder / "build/fixture"
        (build / "Testing/Temporary").mkdir(parents=True)
        (build / "CTestTestfile.cmake").write_text("".join(
            "add_test({} {})\n".format(name, " ".join(f"[==[{word}]==]" for word in words))
            for name, words in tests.items()))
        if failed_before:
            (build / "Testing/Temporary/LastTestsFailed.log").write_text(failed_before)
        environment = dict(os.environ, JOBS="1")
        if ctest:
            (folder / "ctest").write_text(f"#!/bin/sh\n{ctest}\n")
            (folder / "ctest").chmod(0o755)
            environment["PATH"] = f"{folder}:{environment['PATH']}"
        return subprocess.run(
            ["bash", "-c", 'source ./dev help >/dev/null; run_tests fixture "$@"', "bash", *arguments],
            cwd=folder, env=environment, capture_output=True, text=True, check=False)

    def test_that_passes_is_run_once(self):
        done = self.run_tests({"one": PASSES, "two": PASSES})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("once more", done.stdout)

    def test_in_which_one_fails_twice_fails_and_names_it_last(self):
        done = self.run_tests({"good": PASSES, "broken": FAILS, "unstable": UNSTABLE})
        self.assertNotEqual(done.returncode, 0)
        self.assertTrue(done.stderr.rstrip().endswith("these have failed twice: broken"), done.stderr)

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

    def test_in_which_there_was_none_is_no_rerun_of_what_failed_before(self):
        done = self.run_tests({"one": PASSES}, "-R", "typo", failed_before="1:one\n")
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertNotIn("once more", done.stdout)

    def test_that_was_killed_has_not_passed_whatever_failed_before(self):
        killed_once = "test -e killed && exit 0; touch killed; kill -9 $$"
        done = self.run_tests({"one": PASSES}, failed_before="1:one\n", ctest=killed_once)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertIn("ended with 137", done.stderr)

    def test_that_was_stopped_at_the_first_failure_has_not_passed(self):
        done = self.run_tests({"first": UNSTABLE, "second": FAILS}, "--stop-on-failure")
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertIn("not all have run", done.stderr)

    def test_of_what_failed_before_can_still_be_asked_for(self):
        done = self.run_tests({"one": PASSES, "broken": FAILS}, "--rerun-failed", failed_before="1:one\n")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_is_not_of_all_where_a_word_belongs_to_no_option(self):
        for arguments, known in [(["-V", "Shop"], False), (["-R", "Shop", "-V"], True),
                                 (["--repeat", "until-fail:3"], True), (["Shop"], False),
                                 (["--output-on-failure", "Shop"], False), (["-j4", "-LE", "e2e"], True)]:
            with self.subTest(arguments):
                done = subprocess.run(
                    ["bash", "-c", 'source ./dev help >/dev/null; only_options_of_ctest "$@"', "bash", *arguments],
                    cwd=DEV.parent, capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode == 0, known, done.stderr)


if __name__ == "__main__":
    unittest.main()
