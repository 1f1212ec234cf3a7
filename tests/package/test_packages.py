# SPDX-License-Identifier: Apache-2.0
"""The built packages: faultless, reproducible, and in a bare Debian 12 all that the proxy needs from its
installation to its purge, and all that a stranger needs for an application of his own."""

import filecmp
import http.client
import json
import os
import shutil
import socket
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from chroot import Chroot
from machine import Machine, SystemdService
from service import Service
from tools import PATIENCE, run, until

BUILT = Path(os.environ["BANYAN_PACKAGES"])
AGAIN = Path(os.environ["BANYAN_PACKAGES_AGAIN"])  # the same, built in another folder
BEFORE = Path(os.environ["BANYAN_PACKAGES_BEFORE"])  # the same with a lower version
WORK = Path(os.environ["BANYAN_WORK"])


def package(folder, name):
    (file,) = folder.glob(f"{name}_*.deb")
    return file


class ThePackages(unittest.TestCase):
    def test_lintian_finds_no_errors(self):
        print(run("lintian", "--fail-on", "error", "--allow-root", "--tag-display-limit", "0", *sorted(BUILT.glob("*.deb"))))

    def test_built_in_another_folder_they_are_the_same_bytes(self):
        names = sorted(file.name for file in BUILT.glob("*.deb"))
        self.assertEqual(len(names), 2)
        for name in names:
            self.assertTrue(filecmp.cmp(BUILT / name, AGAIN / name, shallow=False),
                            f"{BUILT / name} and {AGAIN / name} differ; diffoscope shows where")

    def test_they_name_no_folder_of_the_machine_that_built_them(self):
        for file in BUILT.glob("*.deb"):
            content = WORK / "content" / file.stem
            shutil.rmtree(content, ignore_errors=True)
            content.parent.mkdir(exist_ok=True)
            run("dpkg-deb", "--raw-extract", file, content)
            source = str(Path(__file__).resolve().parents[2])
            self.assertEqual(run("grep", "-rlF", source, content, expect=1), "")


class Application(BaseHTTPRequestHandler):
    """Some application that the proxy stands in front of: says its name."""

    def do_GET(self):  # noqa: N802
        text = self.server.name.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def application(test, name):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Application)
    server.name = name
    threading.Thread(target=server.serve_forever, daemon=True).start()
    test.addClassCleanup(server.server_close)
    test.addClassCleanup(server.shutdown)
    return f"127.0.0.1:{server.server_port}"


def free_port(candidates):
    for port in candidates:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise AssertionError("no port is free")


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


class Visitors:
    """Somebody who asks the proxy again and again."""

    def __init__(self, port):
        self.port = port
        self.served = 0
        self.failures = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._visit)

    def _visit(self):
        while not self.over.is_set():
            try:
                status, _ = get(self.port, "/albums")
                if status != 200:
                    self.failures.append(status)
            except OSError as failure:
                self.failures.append(repr(failure))
            self.served += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


class TheProxyAsAService:
    """In the order of the tests' names; each goes on with what the one before has left."""

    UNIT = "banyan-proxy.service"
    broken = False
    CONFIGURATION = "/etc/banyan/banyan.toml"
    STORE = "/var/lib/banyan/control.db"
    LOG = "/var/log/banyan/access.log"

    @classmethod
    def setUpClass(cls):
        cls.system = cls.make_system()
        cls.addClassCleanup(cls.system.remove)
        cls.old, cls.new = application(cls, "old"), application(cls, "new")
        # One that only root may have, or who has the capability of the unit.
        cls.port = free_port(range(700, 1000))
        cls.operators = free_port([0])

    def run(self, result=None):
        if self.broken:
            result.addSkip(self, "a test before it has failed")
            return result
        before = len(result.failures) + len(result.errors)
        super().run(result)
        type(self).broken = len(result.failures) + len(result.errors) > before
        return result

    def banyan(self, *words):
        return self.system.run("banyan", "--url", f"http://127.0.0.1:{self.operators}", *words)

    def status(self):
        return json.loads(self.banyan("status", "--json"))

    def text_of(self, file):
        path = self.system.path(file)
        return path.read_text() if path.exists() else ""

    def configure(self, more=""):
        self.system.write(self.CONFIGURATION, f"""
[proxy]
listen = ["127.0.0.1:{self.port}"]
operators = "127.0.0.1:{self.operators}"
control_store = "{self.STORE}"
[access_log]
file = "{self.LOG}"
[upstreams.old]
instances = ["{self.old}"]
[upstreams.new]
instances = ["{self.new}"]
[rollouts.albums]
[[routes]]
prefix = "/"
methods = ["*"]
legacy = "old"
[[routes]]
prefix = "/albums"
methods = ["GET"]
legacy = "old"
successor = "new"
rollout = "albums"
{more}""")

    def test_1_it_is_installed_with_a_user_and_an_example_and_not_started(self):
        self.system.install(package(BEFORE, "banyan"))
        self.assertRegex(self.system.run("getent", "passwd", "banyan"), ":/var/lib/banyan:.*nologin")
        self.assertIn(self.CONFIGURATION, self.system.run("dpkg-query", "-W", "-f", "${Conffiles}", "banyan"))
        self.assertFalse(self.system.path(self.STORE).exists())
        self.assertFalse(self.system.path(f"etc/systemd/system/multi-user.target.wants/{self.UNIT}").is_symlink())
        self.assertIn("banyan ", self.system.run("banyan", "--version"))
        for page in ("banyan.1.gz", "banyan-proxy.1.gz"):
            self.assertTrue(self.system.path(f"usr/share/man/man1/{page}").exists(), page)

    def test_2_the_example_is_one_that_the_proxy_takes(self):
        example = self.text_of(self.CONFIGURATION)
        for address in ("127.0.0.1:8080", "127.0.0.1:9180"):
            self.assertIn(address, example)
            example = example.replace(address, f"127.0.0.1:{free_port([0])}")
        self.system.write(self.CONFIGURATION, example)
        service = self.make_service()
        service.start()
        service.stop()
        self.assertTrue(self.system.path(self.STORE).exists())

    def test_3_it_is_started_and_stages_are_stored(self):
        self.configure()
        type(self).service = self.make_service()
        self.service.start()
        self.assertEqual(get(self.port, "/"), (200, "old"))
        self.banyan("shift", "albums", "100%", "--why", "tested")
        until(lambda: get(self.port, "/albums") == (200, "new"), "reads have moved")
        type(self).stored = self.status()

    def test_4_it_is_reloaded(self):
        self.configure('[[routes]]\npath = "/more"\nmethods = ["GET"]\nlegacy = "new"\n')
        self.service.reload()
        until(lambda: get(self.port, "/more")[1] == "new", "the new route is taken")
        right = self.text_of(self.CONFIGURATION)
        self.system.write(self.CONFIGURATION, right + '[[routes]]\npath = 7\n')
        with self.assertRaises(AssertionError):
            self.service.reload()
        self.assertEqual(get(self.port, "/more")[1], "new")
        self.system.write(self.CONFIGURATION, right)
        self.service.reload()

    def test_5_its_log_is_rotated(self):
        self.system.install("logrotate")
        until(lambda: "/more" in self.text_of(self.LOG), "the log has the request")
        self.system.run("logrotate", "--force", "/etc/logrotate.d/banyan-proxy")
        self.assertIn("/more", self.text_of(self.LOG + ".1"))
        until(lambda: get(self.port, "/albums/7") and "/albums/7" in self.text_of(self.LOG), "a new log is written")

    def test_6_an_upgrade_loses_no_stage(self):
        mine = self.text_of(self.CONFIGURATION)
        self.upgrade()
        version = self.system.run("dpkg-query", "-W", "-f", "${Version}", "banyan")
        self.assertIn(f"_{version}_", package(BUILT, "banyan").name)
        self.assertEqual(self.text_of(self.CONFIGURATION), mine)
        self.assertEqual(self.status(), self.stored)
        self.assertEqual(get(self.port, "/albums"), (200, "new"))
        self.banyan("verify")

    def test_7_removed_it_leaves_what_is_the_operators(self):
        self.remove()
        for file in (self.CONFIGURATION, self.STORE, self.LOG):
            self.assertTrue(self.system.path(file).exists(), file)
        for file in ("usr/bin/banyan", f"lib/systemd/system/{self.UNIT}", "usr/share/man/man1/banyan.1.gz"):
            self.assertFalse(self.system.path(file).exists(), file)
        with self.assertRaises(ConnectionRefusedError):
            get(self.port, "/")

    def test_8_purged_it_leaves_nothing(self):
        self.system.apt("purge", "banyan")
        left = self.system.run("find", "/etc", "/lib/systemd", "/run", "/usr", "/var/lib", "/var/log", "-name", "*banyan*")
        self.assertEqual(left, "")
        self.assertNotIn("banyan", self.system.run("dpkg-query", "-W", "-f", "${Package} "))


class TheProxyByItsCommandLines(TheProxyAsAService, unittest.TestCase):
    """Where there is no systemd: what the unit says, done by hand."""

    @classmethod
    def make_system(cls):
        return Chroot(WORK / "service", WORK)

    def make_service(self):
        return Service(self.system, f"lib/systemd/system/{self.UNIT}")

    def upgrade(self):
        self.service.stop()
        self.system.install(package(BUILT, "banyan"))
        type(self).service = self.make_service()
        self.service.start()

    def remove(self):
        self.service.stop()
        self.system.apt("remove", "banyan")


class TheProxyUnderSystemd(TheProxyAsAService, unittest.TestCase):
    """The unit itself, with all that it forbids."""

    @classmethod
    def make_system(cls):
        return Machine(WORK / "machine", WORK)

    def make_service(self):
        return SystemdService(self.system, self.UNIT)

    def upgrade(self):
        """It runs meanwhile, and nobody notices."""
        before = self.service.process()
        with Visitors(self.port) as visitors:
            self.system.install(package(BUILT, "banyan"))
            until(lambda: self.service.process() not in (before, "0"), "the new version has taken over")
            served = visitors.served
            until(lambda: visitors.served > served + 10, "it serves")
        self.assertEqual(visitors.failures, [])
        self.assertEqual(self.system.run("readlink", f"/proc/{self.service.process()}/exe"), "/usr/bin/banyan\n")

    def remove(self):
        self.system.apt("remove", "banyan")


class TheStranger(unittest.TestCase):
    """Four commands from the packages to an application that answers."""

    def test_has_an_application_with_a_page(self):
        chroot = Chroot(WORK / "stranger", WORK)
        self.addCleanup(chroot.remove)
        chroot.run("useradd", "--create-home", "stranger")
        home = "/home/stranger"
        chroot.install(package(BUILT, "banyan"), package(BUILT, "libbanyan-dev"))
        chroot.run("banyan", "new", "app", "shop", user="stranger", folder=home)
        chroot.run("sh", "-c", "cmake --preset release && cmake --build --preset release", user="stranger",
                   folder=f"{home}/shop")
        shop = chroot.start("build/release/bin/shop", "--port", "0", "--ready-file", f"{home}/ready", user="stranger",
                            folder=f"{home}/shop")
        self.addCleanup(shop.wait, PATIENCE)
        self.addCleanup(shop.terminate)
        ready = chroot.path(f"{home}/ready")
        until(lambda: ready.exists() or shop.poll() is not None, "the application is ready")
        self.assertIsNone(shop.poll())
        port = int(ready.read_text())
        for page in ("/", "/_banyan/"):
            status, text = get(port, page)
            self.assertEqual((status, "<html" in text), (200, True), page)
        # What it is built with is what the packages ask for: its tests build with it, too.
        self.assertEqual(chroot.run("dpkg-query", "-W", "-f", "${db:Status-Status}", "libgtest-dev"), "installed")


if __name__ == "__main__":
    unittest.main()
