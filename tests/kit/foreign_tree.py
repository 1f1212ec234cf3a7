# SPDX-License-Identifier: Apache-2.0
"""An application outside of this repository: made by `banyan new`, grown by hand (grown/), built only
against what `cmake --install` of the build under test puts down. Its modules are rehearsed, routed,
extracted and come home; the proxy stands in front of it; its architecture check notices what is
planted."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path
from xml.etree import ElementTree

from page import Page

BUILD = Path(os.environ["BANYAN_BUILD"])
CMAKE = os.environ["BANYAN_CMAKE"]
HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
WORK = BUILD / "foreign_tree"
PREFIX = WORK / "prefix"
ROOT = WORK / "shop"
BIN = ROOT / "build/bin"
PATIENCE = 60


def run(*command, cwd=None, expect=0, env=None):
    done = subprocess.run([str(word) for word in command], cwd=cwd, text=True, check=False, env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if expect is not None and done.returncode != expect:
        raise AssertionError(f"{' '.join(map(str, command))}: exit code {done.returncode}, expected {expect}\n"
                             f"{done.stdout[-6000:]}")
    return done.stdout


def banyan(*words, cwd=None, expect=0):
    return run(PREFIX / "bin/banyan", *words, cwd=cwd, expect=expect)


def configure(source, build, *options, expect=0):
    launcher = os.environ.get("BANYAN_LAUNCHER")
    more = [f"-DCMAKE_CXX_COMPILER_LAUNCHER={launcher}"] if launcher else []
    return run(CMAKE, "-G", "Ninja", "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={PREFIX}",
               f"-DCMAKE_CXX_COMPILER={os.environ['BANYAN_CXX']}", "-DCMAKE_BUILD_TYPE=Debug",
               f"-DCMAKE_CXX_FLAGS={os.environ['BANYAN_CXX_FLAGS']}", "-DCMAKE_CXX_FLAGS_DEBUG=", *more,
               *options, expect=expect)


def call(method, url, body=None, **headers):
    request = urllib.request.Request(url, method=method, data=json.dumps(body).encode() if body is not None else None)
    request.add_header("Content-Type", "application/json")
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            text = answer.read().decode()
            return answer.status, json.loads(text) if "json" in answer.headers["Content-Type"] else text
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read().decode())


class Program:
    """A program of the tree, ready to be asked."""

    def __init__(self, folder, program, *options):
        folder.mkdir(parents=True, exist_ok=True)
        ready = folder / f"{Path(program).name}-{time.monotonic_ns()}.ready"
        self.log = open(folder / "log", "ab")
        environment = os.environ | {"XDG_RUNTIME_DIR": str(folder)}
        self.process = subprocess.Popen(
            [str(program), "--port", "0", "--database", str(folder / "shop.db"), "--ready-file", str(ready),
             *options], stdout=self.log, stderr=self.log, env=environment, cwd=folder)
        end = time.monotonic() + PATIENCE
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > end:
                self.end(signal.SIGKILL)
                raise AssertionError(f"{program} did not start:\n{(folder / 'log').read_text()[-3000:]}")
            time.sleep(0.02)
        self.address = f"127.0.0.1:{ready.read_text().strip()}"
        self.url = f"http://{self.address}"

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(PATIENCE)
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


class TheForeignTree(unittest.TestCase):
    """In the order of their names; each goes on with what the one before has left."""

    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        WORK.mkdir(parents=True)
        run(CMAKE, "--install", BUILD, "--prefix", PREFIX)

    def test_1_what_new_wrote_builds_and_its_tests_pass(self):
        banyan("new", "app", "shop", cwd=WORK)
        banyan("new", "module", "reviews", "--needs", "notes", cwd=ROOT)
        configure(ROOT, ROOT / "build")
        run(CMAKE, "--build", ROOT / "build")
        listed = run("ctest", "-N", cwd=ROOT / "build")
        for name in ("notes/Adapters/StoreContract.PagesInTheOrderOfIds/Sql", "reviews/ItemText", "architecture/check"):
            self.assertIn(name, listed)
        run("ctest", "--output-on-failure", "-j2", cwd=ROOT / "build")

    def test_2_it_runs_at_once_and_has_pages(self):
        with Program(WORK / "first", BIN / "shop") as shop:
            self.use(shop.url)
            status, page = call("GET", shop.url + "/_banyan/")
            self.assertEqual((status, "<html" in page), (200, True))
            status, api = call("GET", shop.url + "/openapi.json")
            self.assertTrue({"/notes", "/reviews/{id}"} <= api["paths"].keys())
            self.has_examples(api)
            self.assertEqual(call("GET", shop.url + "/")[0], 200)

    def has_examples(self, api):
        """Of every operation that a new module has, what is asked, answered and refused."""
        for path, methods in api["paths"].items():
            if not path.startswith(("/notes", "/reviews")):
                continue
            for method, operation in methods.items():
                where = f"{method} {path}"
                good = next(each for status, each in operation["responses"].items() if status.startswith("2"))
                self.assertIn("examples", good["content"]["application/json"], where)
                if "requestBody" in operation:
                    self.assertIn("examples", operation["requestBody"]["content"]["application/json"], where)

    def test_3_grown_by_hand_it_is_rehearsed_routed_extracted_and_comes_home(self):
        shutil.copytree(HERE / "grown", ROOT, dirs_exist_ok=True, copy_function=shutil.copy)  # written now
        run(CMAKE, "--build", ROOT / "build")
        run("ctest", "--output-on-failure", "-j2", cwd=ROOT / "build")
        folder = WORK / "first"  # with the rows of the version before
        with Program(folder, BIN / "shop", "--rehearse", "reviews") as shop:
            first = self.use_grown(shop.url)
        with Program(folder, BIN / "shop-reviews", "--internal", "--control", folder / "service.db",
                     "--at", "notes=127.0.0.1:1") as service:
            with Program(folder, BIN / "flavours/routed/shop", "--at", f"reviews={service.address}") as shop:
                banyan("--url", shop.url, "shift", "reviews", "100%", "--writes", "remote", "--why", "out")
                self.assertEqual(call("GET", f"{shop.url}/reviews/{first}")[0], 200)
                banyan("--url", shop.url, "back", "reviews", "--why", "home")
                self.use_grown(shop.url)
        with Program(folder, BIN / "flavours/extracted/shop", "--at", "reviews=127.0.0.1:1") as shop:
            with Program(folder, BIN / "shop-reviews", "--internal", "--at", f"notes={shop.address}",
                         "--control", folder / "service.db") as service:
                pass
        with Program(folder, BIN / "shop") as shop:
            self.assertEqual(call("GET", f"{shop.url}/reviews/{first}")[0], 200)

    def test_3_it_draws_its_map_and_notices_when_that_is_stale(self):
        run(CMAKE, "--build", ROOT / "build", "--target", "shop.map")
        pages = ROOT / "docs/map"
        ElementTree.parse(pages / "context-map.svg")
        first = (pages / "README.md").read_text()
        self.assertIn("| [reviews](modules/reviews.md) | calls | [notes](modules/notes.md) | `get_item` |", first)
        run(CMAKE, ROOT / "build")
        run("ctest", "--output-on-failure", "-R", "^map/shop$", cwd=ROOT / "build")
        (pages / "operations.md").write_text("of yesterday\n")
        said = run("ctest", "--output-on-failure", "-R", "^map/shop$", cwd=ROOT / "build", expect=8)
        self.assertIn("operations.md: is not what the program says", said)
        run(CMAKE, "--build", ROOT / "build", "--target", "shop.map")

    def test_3_then_the_first_hour_is_as_the_docs_say(self):
        page = Page(HERE.parents[1] / "docs/how-to/first-hour.md", WORK / "hour", PREFIX / "bin/banyan", ROOT / "build")
        self.assertGreater(len(page.blocks), 10)
        said = "".join(page.follow())
        for words in ('"text":"milk"', '"text":"fresh"', 'binding="rehearsal"', "first canary"):
            self.assertIn(words, said)

    def test_3_with_poco_its_service_answers_the_same(self):
        configure(ROOT, ROOT / "build", "-DBANYAN_NETWORK=poco")
        try:
            run(CMAKE, "--build", ROOT / "build", "--target", "shop-reviews", "shop.routed")
            for program in (BIN / "shop-reviews", BIN / "flavours/routed/shop"):
                self.assertIn("libPocoNet", run("ldd", program))
            folder = WORK / "first"
            with Program(folder, BIN / "shop-reviews", "--internal", "--control", folder / "service.db",
                         "--at", "notes=127.0.0.1:1") as service:
                with Program(folder, BIN / "flavours/routed/shop", "--at", f"reviews={service.address}") as shop:
                    banyan("--url", shop.url, "shift", "reviews", "100%", "--why", "out")
                    self.assertEqual(call("GET", shop.url + "/reviews?limit=1")[0], 200)
                    self.assertIn('side="remote"', call("GET", shop.url + "/metrics")[1])
                    banyan("--url", shop.url, "back", "reviews", "--why", "home")
        finally:
            configure(ROOT, ROOT / "build", "-DBANYAN_NETWORK=engine")

    def test_4_the_proxy_fronts_it(self):
        folder = WORK / "first"
        with Program(folder, BIN / "shop") as shop:
            configuration = folder / "banyan.toml"
            socket = folder / "proxy.sock"
            configuration.write_text(f"""
[proxy]
listen = ["unix:{socket}"]
[upstreams.shop]
instances = ["{shop.address}"]
[[routes]]
name = "all"
prefix = "/"
methods = ["*"]
effect = "write"
legacy = "shop"
""")
            with open(folder / "proxy.log", "wb") as log:
                proxy = subprocess.Popen([PREFIX / "bin/banyan", "proxy", "--config", configuration], stdout=log,
                                         stderr=log, env=os.environ | {"XDG_RUNTIME_DIR": str(folder)})
            try:
                end = time.monotonic() + PATIENCE
                while not socket.exists() and time.monotonic() < end and proxy.poll() is None:
                    time.sleep(0.02)
                said = run("curl", "-sS", "--unix-socket", socket, "http://shop.test/notes?limit=1")
                self.assertIn("items", json.loads(said))
            finally:
                proxy.terminate()
                proxy.wait(PATIENCE)

    def test_5_its_architecture_check_notices_a_violation(self):
        file = ROOT / "modules/reviews/src/application/get_item.cpp"
        before = file.read_text()
        file.write_text('#include "banyan/http/client.hpp"\n#include "banyan/sql/module_database.hpp"\n' + before)
        try:
            run(CMAKE, "--build", ROOT / "build", expect=None)
            said = run("ctest", "--output-on-failure", "-R", "architecture/check", cwd=ROOT / "build", expect=8)
        finally:
            file.write_text(before)
        self.assertIn("get_item.cpp:1: include-adapter: includes \"banyan/http/client.hpp\"", said)
        self.assertIn("get_item.cpp:2: include-adapter: includes \"banyan/sql/module_database.hpp\"", said)

    def test_6_who_asks_for_what_is_not_there_is_told(self):
        def project(name, text):
            folder = WORK / name
            folder.mkdir(exist_ok=True)
            (folder / "CMakeLists.txt").write_text(
                "cmake_minimum_required(VERSION 3.25)\nproject(foreign LANGUAGES CXX)\n" + text)
            return " ".join(configure(folder, folder / "build", expect=1).split())

        said = project("component", "find_package(Banyan REQUIRED COMPONENTS kernel severing)\n")
        self.assertIn("Banyan has no component 'severing'. It has:", said)
        said = project("standard", "set(CMAKE_CXX_STANDARD 20)\nfind_package(Banyan REQUIRED)\n")
        self.assertIn("Banyan's headers are C++23 (std::expected), and this project is compiled as C++20", said)
        self.assertIn("set(CMAKE_CXX_STANDARD 23)", said)
        said = project("version", "find_package(Banyan 9.0 REQUIRED)\n")
        self.assertIn("9.0", said)

    def test_7_new_writes_nothing_by_halves(self):
        before = sorted(path for path in WORK.rglob("*") if "build" not in path.parts)
        nowhere = self.enterContext(tempfile.TemporaryDirectory())  # not below Banyan's own tree
        for words, expected in (
            (("new", "app", "shop"), "exists"),
            (("new", "module", "notes", "--in", ROOT), "exists"),
            (("new", "module", "likes", "--in", ROOT, "--needs", "note"), 'Did you mean "notes"?'),
            (("new", "module", "likes", "--in", nowhere), "no application of Banyan at or above"),
            (("new", "app", "other", "--kit", WORK), "the kit's headers and libraries are not installed"),
        ):
            self.assertIn(expected, banyan(*words, cwd=WORK, expect=1))
        for name in ("Shop", "9lives", "a-b", "class", "a__b", "", "x" * 41, "std", "item", "needs", "log"):
            self.assertIn("NAME", banyan("new", "app", name, cwd=WORK, expect=64))
        self.assertEqual(before, sorted(path for path in WORK.rglob("*") if "build" not in path.parts))

    def test_8_the_kit_can_be_a_part_of_the_tree_as_well(self):
        # What a superbuild or FetchContent does: find_package() gets the sources in place of the package.
        instead = WORK / "instead.cmake"
        instead.write_text("include(FetchContent)\nFetchContent_Declare(Banyan OVERRIDE_FIND_PACKAGE"
                           f" SOURCE_DIR \"{SOURCE}\")\n")
        build = WORK / "within"
        configure(ROOT, build, f"-DCMAKE_PROJECT_TOP_LEVEL_INCLUDES={instead}", "-DCMAKE_CXX_FLAGS=-O0")
        self.assertNotIn("recordshop", run("ninja", "-C", build, "-t", "targets", "all"))
        run(CMAKE, "--build", build, "--target", "notes.core")

    def use(self, url):
        status, note = call("POST", url + "/notes", {"text": "milk"}, Idempotency_Key="one")
        self.assertEqual(status, 201, note)
        self.assertEqual(call("POST", url + "/notes", {"text": "milk"}, Idempotency_Key="one")[1], note)
        self.assertEqual(call("GET", f"{url}/notes/{note['id']}"), (200, note))
        self.assertEqual(call("GET", url + "/notes")[1]["items"], [note])
        self.assertEqual(call("POST", url + "/reviews", {"text": ""}, Idempotency_Key="two")[1]["rule"],
                         "reviews.bad_text")
        return note

    def use_grown(self, url):
        note = call("GET", url + "/notes")[1]["items"][0]
        status, review = call("POST", url + "/reviews", {"text": "fresh", "about": note["id"]},
                              Idempotency_Key=f"review-{time.monotonic_ns()}")
        self.assertEqual((status, review.get("about")), (201, note["id"]), review)
        status, refused = call("POST", url + "/reviews",
                               {"text": "stale", "about": note["id"][:-1] + ("0" if note["id"][-1] != "0" else "1")},
                               Idempotency_Key=f"review-{time.monotonic_ns()}")
        self.assertEqual(refused["rule"], "reviews.unknown_note")
        return review["id"]


if __name__ == "__main__":
    unittest.main()
