# SPDX-License-Identifier: Apache-2.0
"""./dev with the system's tools replaced by small stand-ins."""

import os
import re
import shutil
import subprocess
import tempfile
import time
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
        self.postgresql = self.tools / "postgresql-common"
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
            env=dict(os.environ, PATH=f"{self.tools}:{os.environ['PATH']}", POLICY_RC_D=str(self.policy),
                     POSTGRESQL_COMMON=str(self.postgresql)),
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
        for step in ("run [--data FILE]", "test [MODULE] [CTEST ARGUMENTS]", "journey", "check [PART…]", "deps", "clean"):
            self.assertIn(step, said)

    def test_has_every_step_that_it_explains(self):
        _, said = self.dev("help")
        steps = re.findall(r"^  ([a-z]+)(?= |$)", said, re.MULTILINE)
        self.assertIn("torture", steps)
        for step in steps:
            self.assertIn(f"\nstep_{step}() {{\n", DEV.read_text())

    def test_refuses_what_it_does_not_know_and_says_what_there_is(self):
        for arguments, message in {
            ("biuld",): "there is no step 'biuld'",
            ("build", "fast"): "there is no preset 'fast'; there are dev, release, poco, tsan, tidy and fuzz",
            ("build", "dev", "--fast"): "build does not know '--fast'",
            ("format", "dev"): "format does not know 'dev'",
            ("clean", "--all"): "clean does not know '--all'",
            ("package", "--fast"): "package does not know '--fast'",
            ("check", "speed"): "check has no part 'speed'; it has format, clang, release, tsan, poco, labs and tidy",
            ("deps", "games"): "there is no group of packages 'games'",
            ("run", "--datum", "x"): "run does not know '--datum'; options of the program itself go behind --",
            ("run", "--data"): "--data needs a file",
            ("run", "--data", "no-such.sqlite"): "there is no file no-such.sqlite (looked for",
            ("run", "--port", "http"): "--port needs a number",
            ("run", "--postgres", "mysql://here"): "run does not know 'mysql://here'",
            ("run", "--postgres", "postgresql://me:secret@there/shop"): "must not have its password in it",
            ("run", "--postgres", "postgresql://there/shop?a=1&password=secret"): "must not have its password in it",
            ("journey", "--data", "no-such.sqlite"): "there is no file no-such.sqlite",
            ("torture", "events", "--rate", "high"): "torture events --rate needs a number",
            ("torture", "events", "--kills", "7"): "torture events does not know '--kills'",
            ("fuzz", "json_fuzz", "long"): "fuzz needs a number of seconds",
        }.items():
            with self.subTest(" ".join(arguments)):
                code, said = self.dev(*arguments)
                self.assertEqual(code, 2, said)
                self.assertIn(message, said)
                self.assertIn("./dev help explains", said)
        self.assertEqual(self.log.read_text(), "")

    def test_tells_about_a_step_without_building_it(self):
        for step, option in ("journey", "--pace"), ("torture", "--victim"), ("matrix", "--kill-in"), ("bench", "--help"):
            with self.subTest(step):
                code, said = self.dev(step, "--help")
                self.assertEqual(code, 0, said)
                self.assertIn(option, said)
                self.assertNotIn("== ", said)
        self.assertEqual(self.log.read_text(), "")

    def test_knows_the_options_of_the_journey(self):
        _, said = self.dev("journey", "--help")
        program = (DEV.parent / "tests/e2e/journey/main.cpp").read_text()
        self.assertEqual(set(re.findall(r"^  (--[a-z]+)", said, re.MULTILINE)),
                         set(re.findall(r'add_option\("(--[a-z]+)"', program)))

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

    def test_makes_no_cluster_of_the_system_while_it_installs_postgresql(self):
        self.on_debian_12()
        self.tool("dpkg-query", 'for last; do :; done; [ "$last" != postgresql-15 ] || exit 1; printf installed')
        setting = self.postgresql / "createcluster.d" / "banyan.conf"
        self.tool("apt-get", f'cat "{setting}" >> {self.log}')
        for kept in False, True:
            with self.subTest(f"the folder was there before: {kept}"):
                if kept:
                    self.postgresql.mkdir()
                    (self.postgresql / "createcluster.conf").touch()
                code, said = self.dev("deps", "test")
                self.assertEqual(code, 0, said)
                self.assertEqual(set(self.log.read_text().splitlines()), {"create_main_cluster = false"})
                self.assertFalse(setting.exists())
                self.assertEqual(self.postgresql.exists(), kept)

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


@unittest.skipUnless(list(Path("/usr/lib/postgresql").glob("*/bin/postgres")), "needs a PostgreSQL server")
class RunOnPostgres(unittest.TestCase):
    """A copy of ./dev with stand-ins for the compiler and the shop, and a real server."""

    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="banyan-dev-"))
        self.root.chmod(0o711)
        self.addCleanup(shutil.rmtree, self.root)
        self.addCleanup(self.cluster, "stop", "--discard")
        shutil.copy(DEV, self.root / "dev")
        for name in "docs", "tests":
            (self.root / name).symlink_to(DEV.parent / name)
        self.program("tools/dpkg-query", "printf installed")
        self.program("tools/cmake", "exit 0")
        self.program("build/release/bin/recordshop-data",
                     'psql "$3" -qc "CREATE SCHEMA catalog; CREATE TABLE catalog.tracks ()"; echo "filled by $1"')
        self.program("build/release/bin/recordshop",
                     'psql "${4:-$2}" -Atc "SELECT current_user, current_database(), rolsuper FROM pg_roles'
                     ' WHERE rolname = current_user"; echo "with $*"')

    def program(self, name, body):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def cluster(self, verb, *options):
        subprocess.run([DEV.parent / "tests/support/postgres_cluster", verb, self.root / "var/postgres", *options],
                       check=True, stdout=subprocess.DEVNULL)

    def run_shop(self, *options):
        done = subprocess.run([self.root / "dev", "run", "--postgres", *options], text=True,
                              env=dict(os.environ, PATH=f"{self.root}/tools:{os.environ['PATH']}"),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout

    def stops(self):
        socket = self.root / "var/postgres/server/.s.PGSQL.5432"
        deadline = time.monotonic() + 60
        while socket.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        return not socket.exists()

    def test_starts_a_server_fills_it_once_and_stops_it_with_the_shop(self):
        code, said = self.run_shop("--port", "8123")
        self.assertEqual(code, 0, said)
        self.assertIn("filled by generate\n", said)
        self.assertIn("recordshop|recordshop|f\n", said)  # a user of its own, who is no superuser
        self.assertIn("with --port 8123 --database postgresql://recordshop@/recordshop?host=", said)
        self.assertTrue(self.stops())

        code, said = self.run_shop()
        self.assertEqual(code, 0, said)
        self.assertNotIn("filled by", said)
        self.assertTrue(self.stops())

    def test_begins_anew_when_the_filling_was_broken_off(self):
        fills = self.root / "build/release/bin/recordshop-data"
        text = fills.read_text()
        fills.write_text(text + "exit 70\n")
        code, _ = self.run_shop()
        self.assertEqual(code, 70)
        self.assertTrue(self.stops())

        fills.write_text(text)
        code, said = self.run_shop()
        self.assertEqual(code, 0, said)
        self.assertIn("filled by generate", said)

    def test_takes_a_server_that_is_there_and_leaves_it_running(self):
        self.cluster("start", "--no-sync")
        url = (self.root / "var/postgres/url").read_text().strip()
        code, said = self.run_shop(url)
        self.assertEqual(code, 0, said)
        self.assertIn(f"with --database {url}\n", said)
        self.assertTrue((self.root / "var/postgres/server/.s.PGSQL.5432").exists())
        self.assertFalse((self.root / "var/postgres/filled").exists(), "it is not the server of this folder")

    def test_asks_at_each_start_whether_a_server_that_is_there_has_a_half_filled_shop(self):
        self.program("build/release/bin/recordshop-data", 'psql "$3" -qc "CREATE SCHEMA IF NOT EXISTS catalog;'
                     ' CREATE TABLE IF NOT EXISTS catalog.tracks ()" 2>/dev/null; echo "called with $1 $4"')
        self.cluster("start", "--no-sync")
        url = (self.root / "var/postgres/url").read_text().strip()
        for says in "filling the database", "looking whether the database is filled":
            code, said = self.run_shop(url)
            self.assertEqual(code, 0, said)
            self.assertIn(says, said)
            self.assertIn("called with generate --once\n", said)

    def test_an_administrator_can_make_the_roles_so_that_the_application_need_not(self):
        self.cluster("start", "--no-sync")
        administrator = (self.root / "var/postgres/url").read_text().strip()
        script = DEV.parent / "docs/how-to/run-on-postgresql.sql"

        def psql(url, *options):
            done = subprocess.run(["psql", "--no-psqlrc", "-qAt", *options, url], text=True, check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            return done.returncode, done.stdout

        code, said = psql(administrator, "-f", script)
        self.assertNotEqual(code, 0)
        self.assertIn("Say which application", said)
        for _ in "once", "again":
            code, said = psql(administrator, "-v", "application=shop", "-v", "modules=orders stock", "-f", script)
            self.assertEqual((code, said), (0, ""))
        shop = administrator.replace("postgres@/postgres", "shop@/shop")
        self.assertEqual(psql(shop, "-c", "SET ROLE shop_stock; SELECT current_user"), (0, "shop_stock\n"))
        self.assertIn("permission denied to create role", psql(shop, "-c", "CREATE ROLE shop_more")[1])
        self.assertEqual(psql(shop, "-c", "SELECT datcollate FROM pg_database WHERE datname = 'shop'")[1], "C\n")


if __name__ == "__main__":
    unittest.main()
