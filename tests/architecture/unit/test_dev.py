# SPDX-License-Identifier: Apache-2.0
"""./dev with the system's tools replaced by small stand-ins."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

DEV = Path(__file__).resolve().parents[3] / "dev"


class Dev(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.tools = Path(self.folder.name)
        self.log = self.tools / "log"
        self.log.touch()
        self.policy = self.tools / "policy-rc.d"
        # Everything is installed but libsoci-dev; the package lists know it after an update.
        self.tool("dpkg-query", 'for last; do :; done; [ "$last" != libsoci-dev ] || exit 1; printf installed')
        self.tool("apt-cache", f"grep -q 'apt-get.* update' {self.log}")
        self.tool("apt-get", f'echo "apt-get $* ($DEBIAN_FRONTEND)" >> {self.log}')
        self.tool("id", "echo 0")

    def tearDown(self):
        self.folder.cleanup()

    def tool(self, name, body):
        path = self.tools / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def dev(self, *arguments):
        done = subprocess.run(
            [DEV, *arguments], text=True,
            env=dict(os.environ, PATH=f"{self.tools}:{os.environ['PATH']}", POLICY_RC_D=str(self.policy)),
            cwd=self.tools, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout

    def on_debian_12(self):
        release = Path("/etc/os-release")
        text = release.read_text() if release.is_file() else ""
        if "ID=debian\n" not in text or 'VERSION_ID="12"' not in text:
            self.skipTest("packages are installed on Debian 12 only")

    def test_without_arguments_explains_its_steps(self):
        code, said = self.dev()
        self.assertEqual(code, 0)
        for step in ("run [--data FILE]", "test [CTEST ARGUMENTS]", "journey", "check [PART…]", "deps", "clean"):
            self.assertIn(step, said)

    def test_refuses_what_it_does_not_know_and_says_what_there_is(self):
        for arguments, message in {
            ("biuld",): "there is no step 'biuld'",
            ("build", "fast"): "there is no preset 'fast'; there are dev, release, tsan, tidy and fuzz",
            ("build", "dev", "--fast"): "build does not know '--fast'",
            ("format", "dev"): "format does not know 'dev'",
            ("clean", "--all"): "clean does not know '--all'",
            ("check", "speed"): "check has no part 'speed'; it has format, clang, release, tsan and tidy",
            ("deps", "games"): "there is no group of packages 'games'",
            ("run", "--datum", "x"): "run does not know '--datum'; options of the program itself go behind --",
            ("run", "--data"): "--data needs a file",
            ("run", "--data", "no-such.sqlite"): "there is no file no-such.sqlite (looked for",
            ("run", "--port", "http"): "--port needs a number",
            ("journey", "--data", "no-such.sqlite"): "there is no file no-such.sqlite",
            ("fuzz", "json_fuzz", "long"): "fuzz needs a number of seconds",
        }.items():
            with self.subTest(" ".join(arguments)):
                code, said = self.dev(*arguments)
                self.assertEqual(code, 2, said)
                self.assertIn(message, said)
                self.assertIn("./dev help explains", said)
        self.assertEqual(self.log.read_text(), "")

    def test_installs_only_what_is_missing_and_asks_nothing(self):
        self.on_debian_12()
        code, said = self.dev("deps")
        self.assertEqual(code, 0, said)
        self.assertIn("installing 1 missing Debian packages: libsoci-dev", said)
        update, install = self.log.read_text().splitlines()
        self.assertIn(" update (noninteractive)", update)
        self.assertIn(" install -y --no-install-recommends libsoci-dev (noninteractive)", install)

    def test_starts_no_service_while_it_installs_and_forbids_none_afterwards(self):
        self.on_debian_12()
        for outcome in (0, 1):
            with self.subTest(f"apt-get ends with {outcome}"):
                self.tool("apt-get", f'"{self.policy}"; echo "policy $?" >> {self.log}; exit {outcome}')
                code, said = self.dev("deps")
                self.assertEqual(code, outcome, said)
                self.assertIn("services among them are not started", said)
                self.assertEqual(set(self.log.read_text().splitlines()), {"policy 101"})
                self.assertFalse(self.policy.exists())

    def test_leaves_a_policy_about_services_as_it_is(self):
        self.on_debian_12()
        self.tool("policy-rc.d", "exit 0")
        code, said = self.dev("deps")
        self.assertEqual(code, 0, said)
        self.assertNotIn("services", said)
        self.assertIn("exit 0", self.policy.read_text())

    def test_refuses_what_ctest_would_ignore(self):
        self.tool("dpkg-query", "printf installed")
        self.tool("ctest", "echo '  -R <regex>, --tests-regex <regex> = …'; echo '  -j <jobs>, --parallel <jobs>'")
        self.tool("cmake", "exit 1")
        for arguments, message in {
            ("--nonsense",): "neither test nor ctest knows '--nonsense'",
            ("-R", "Place", "--tests"): "neither test nor ctest knows '--tests'",
            ("PlaceOrder",): "to run some tests: ./dev test -R 'PlaceOrder'",
            ("-R", "Place", "Order"): "to run some tests: ./dev test -R 'Order'",
        }.items():
            with self.subTest(" ".join(arguments)):
                code, said = self.dev("test", *arguments)
                self.assertEqual(code, 2, said)
                self.assertIn(message, said)
        for arguments in (), ("-R", "Place", "-j4"), ("--tests-regex=Place", "--parallel", "2"):
            with self.subTest(" ".join(arguments)):
                code, said = self.dev("test", *arguments)
                self.assertIn("configuring the preset 'dev' failed", said)

    def test_tries_once_more_with_fresh_lists_when_they_are_too_old(self):
        self.on_debian_12()
        self.tool("apt-cache", "exit 0")
        self.tool("apt-get", f'echo "apt-get $*" >> {self.log}; case "$*" in *update*) exit 0;; esac; '
                             f"grep -q update {self.log}")
        code, said = self.dev("deps")
        self.assertEqual(code, 0, said)
        self.assertEqual([line.split()[6] for line in self.log.read_text().splitlines()],
                         ["install", "update", "install"])

    def test_without_root_prints_the_command_and_installs_nothing(self):
        self.on_debian_12()
        self.tool("id", "echo 1000")
        code, said = self.dev("test")
        self.assertEqual(code, 1)
        command = "apt-get update && apt-get install -y --no-install-recommends libsoci-dev"
        self.assertIn(f'  sudo sh -c "{command}"\n\nor as root:\n\n  {command}\n', said)
        self.assertEqual(self.log.read_text(), "")


if __name__ == "__main__":
    unittest.main()
