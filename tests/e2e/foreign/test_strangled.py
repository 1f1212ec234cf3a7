#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One read of a wiki that nobody here wrote moves to app/wiki, an application of one module: compared first, then by
percentage, back, and by a plan that brings it back by itself. Readers go on all the time, and none of them loses an
answer."""

import json
import re
import shutil
import sys
import tempfile
import time
import unittest
from pathlib import Path
from urllib.parse import urlencode

import applications
import journeys
from answers import HOST, Browser, differences
from applications import HERE, NOTES, PASSWORD, READER
from fronted import STRANGLER, Proxy, take_over
from journeys import FORM, hidden
from proxies import free_port, own_host
from readers import Readers, side_of

SKIPPED = 77

# What each side says of itself, and the wiki's cookies, which it says with every page again.
OWN = re.compile(r"(lost|gained) (server|x-powered-by|host|set-cookie|expires|pragma|x-correlation-id): ")

# Pages as files, with what makes the difference between reading a file and reading a page.
PAGES = {
    "herons": "====== Herons ======\n\nGrüße, 日本, 🐦 & <ümlauts>.\n".encode(),
    "windows": b"one\r\ntwo\rthree\n\r\n",
    "latin": b"Gr\xfc\xdfe\n",
    "broken": b"half a pair \xed\xa0\x80\n",
    "empty": b"",
    "zero": b"0",
    "blanks": b"\n\n  indented \n\n",
    "long": "Zwölf Reiher.\n".encode() * 20_000,
    "old_prices": b"11.50\n",
    "desk/open": b"For everybody, at the desk.\n",
    "hall/times": b"Not for robots.\n",
    "%E6%97%A5%E6%9C%AC": "日本の頁\n".encode(),
}
RULES = "desk:open @ALL 1   # one of the desk's is for all\nhall:* @robots 0\nhome:%USER%:* %USER% 16\n"
DEBIANS = Path("/var/lib/dokuwiki/data/pages")  # the pages that the package brings
ASKED = [
    *(name.replace("/", ":") for name in PAGES), "start", "notes", "wiki:syntax", "wiki:welcome", "wiki:dokuwiki",
    "Notes", "WIKI:Syntax", "Old%20Prices", "old__prices", "_notes", "notes:", "notes;x", "a+b", "gr%C3%BC%C3%9Fe",
    "desk:prices", "desk:nothing", "nothing", "there:is:none", "notes?rev=1600000000", "notes?do=show", "x" * 300]
OUTSIDE = ["..%2f..%2fconf%2flocal.php", "..:..:conf:local.php", "%2e%2e:%2e%2e:conf:local.php", "..", ".:secret",
           "..%5csecret", "secret%00", "%252e%252e%252fsecret"]


def wait(condition, what: str):
    until = time.monotonic() + 60
    while not condition():
        if time.monotonic() > until:
            raise AssertionError(f"waited in vain: {what}")
        time.sleep(0.05)


class Strangled(unittest.TestCase):
    """The wiki, and beside it what takes a read of it over."""

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.wiki = applications.Wiki(self.folder / "wiki", f"{own_host()}:3000")
        self.addCleanup(self.wiki.stop)
        self.pages_at, self.pages = f"{own_host()}:3001", None
        self.addCleanup(lambda: self.pages and self.pages.stop())

    def begin_pages(self, pages: Path | None = None):
        self.pages = take_over(self.wiki, self.pages_at, self.folder, pages)

    def begin_proxy(self, *edits: tuple[str, str]):
        address, operators = f"{own_host()}:8080", f"127.0.0.1:{free_port()}"
        text = (HERE / "strangled.toml").read_text()
        for one, other in (("127.0.0.1:8080", address), ("127.0.0.1:9180", operators),
                           ("127.0.0.1:3000", self.wiki.address), ("127.0.0.1:3001", self.pages_at), *edits):
            self.assertIn(one, text)
            text = text.replace(one, other)
        self.proxy = Proxy(self.folder / "proxy", address, text, operators)
        self.addCleanup(self.proxy.stop)

    def copy_of_the_pages(self) -> Path:
        return Path(shutil.copytree(self.wiki.pages, self.folder / "copy"))

    def readers(self, **more: str) -> Readers:
        started = Readers(self.proxy.address, {
            "start": (self.wiki.pages / "start.txt").read_text(), "notes": NOTES, **more})
        self.addCleanup(started.stop)
        return started

    def operate(self, *words: str, **more) -> str:
        return self.proxy.operate(*words, **more)

    def compared(self, what: str) -> int:
        """How many pairs of answers were `same` or `differing`, as `banyan differences` counts them."""
        said = json.loads(self.operate("differences", "pages", "--json"))
        return sum(operation[what] for module in said["modules"] for operation in module["report"]["operations"])


class TheNewSide(Strangled):
    def setUp(self):
        super().setUp()
        for name, content in PAGES.items():
            file = self.wiki.pages / f"{name}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        shutil.copytree(DEBIANS, self.wiki.pages, dirs_exist_ok=True)
        (self.wiki.data / "secret.txt").write_text("of nobody's business")
        with self.wiki.access.open("a") as rules:
            rules.write(RULES)
        self.begin_pages()

    def ask(self, address: str, name: str, method: str = "GET", **fields: str):
        """As somebody who was never here before."""
        browser = Browser(address)
        try:
            return browser.ask(method, f"/_export/raw/{name}", **fields)
        finally:
            browser.close()

    def test_answers_what_the_wiki_answers_name_by_name(self):
        found, sides = [], {}
        for name in ASKED:
            one, other = self.ask(self.wiki.address, name), self.ask(self.pages_at, name)
            found += [f"{name}: {each}" for each in differences(one, other) if not OWN.match(each)]
            if other.get("Content-Disposition") and one.body != other.body:
                found.append(f"{name}: {one.body[:80]!r} became {other.body[:80]!r}")
            sides.setdefault(side_of(other), set()).add(name)
        self.assertEqual(found, [], "\n" + "\n".join(found))
        for name in ("herons", "windows", "latin", "long", "wiki:syntax", "Notes", "Old%20Prices", "desk:open"):
            self.assertIn(name, sides["pages"])
        for name in ("empty", "zero", "broken", "desk:prices", "hall:times", "nothing", "notes?rev=1600000000"):
            self.assertIn(name, sides["wiki"])

    def test_says_the_same_to_who_only_wants_the_head(self):
        for name in ("herons", "empty", "desk:prices"):
            one, other = self.ask(self.pages_at, name), self.ask(self.pages_at, name, "HEAD")
            self.assertEqual((other.status, other.body), (one.status, b""))
            self.assertEqual(other.get("Content-Length"), one.get("Content-Length"))

    def test_leads_nobody_out_of_the_pages(self):
        for name in OUTSIDE:
            answer = self.ask(self.pages_at, name)
            for secret in ("nobody's business", "savedir"):
                self.assertNotIn(secret, answer.text, name)

    def test_has_its_port_besides_with_a_revision_and_an_entity_tag(self):
        browser = Browser(self.pages_at)
        self.addCleanup(browser.close)
        page = browser.ask("GET", "/pages/herons")
        said = json.loads(page.text)
        self.assertEqual((said["name"], said["source"]), ("herons", PAGES["herons"].decode()))
        self.assertEqual(said["revision"], int((self.wiki.pages / "herons.txt").stat().st_mtime))
        self.assertEqual(browser.ask("GET", "/pages/herons", If_None_Match=page.get("ETag")).status, 304)
        for name, rule in (("nothing", "pages.unknown_page"), ("Herons", "pages.bad_name"),
                           ("desk:prices", "pages.not_public"), ("broken", "pages.no_text")):
            self.assertEqual(json.loads(browser.ask("GET", f"/pages/{name}").text)["rule"], rule)
        described = json.loads(browser.ask("GET", "/openapi.json").text)
        self.assertIn("/pages/{name}", described["paths"])


class AReadOfTheWiki(Strangled):
    def test_moves_and_comes_back_without_a_lost_answer(self):
        # Both are asked. A copy of the pages, so that nothing can happen to them, is soon an old one.
        copy = self.copy_of_the_pages()
        (copy / "notes.txt").write_text("A heron.\n")
        self.begin_pages(copy)
        self.begin_proxy()
        self.operate("shadow", "pages", "--why", "what would it answer?")
        readers = self.readers(Notes=NOTES)  # to the wiki the same page
        wait(lambda: self.compared("differing") >= 20, "differences")
        self.assertIn("source of a page (the whole body)  difference", self.operate("differences", "pages"))
        self.assertEqual(readers.sides["pages"], 0, "no reader is answered by a copy")

        # No reader is moved to it.
        for words in ((), ("--force",)):
            refusal = self.operate("next", "pages", *words, expected=1)
            self.assertIn("banyan differences pages", refusal)
            self.assertIn("--despite-differences", refusal)

        # On the pages themselves there are none.
        self.pages.stop()
        self.begin_pages()
        same = self.compared("same")
        wait(lambda: self.compared("same") >= same + 50, "answers that are the same")
        differing = self.compared("differing")
        wait(lambda: self.compared("same") >= same + 200, "more of them than a move is refused by")
        self.assertEqual(self.compared("differing"), differing)

        # One per cent, half of the readers, all of them.
        self.operate("next", "pages", "--why", "first canary")
        self.operate("shift", "pages", "50%", "--why", "a quiet morning")
        readers.hear("pages")
        readers.hear("wiki")
        self.operate("shift", "pages", "100%", "--why", "a quiet day at 50%")
        wiki = readers.sides["wiki"]
        readers.hear("pages", 50)
        self.assertLessEqual(readers.sides["wiki"], wiki + 2, "requests that were under way")
        self.assertEqual(readers.failures, [])
        self.users_are_told_apart()

        # Killed, it is missed by nobody: the wiki has the pages, and answers.
        self.pages.kill()
        readers.hear("wiki", 50)
        self.begin_pages()
        readers.hear("pages", 50)
        self.assertEqual(readers.failures, [])

        # And back, while they read.
        self.operate("back", "pages", "--why", "the wiki is upgraded tonight")
        readers.hear("wiki", 50)

        # A plan brings it back by itself when the new side dies.
        self.operate("plan", "pages", "start", "--why", "compared, and tried by hand")
        readers.hear("pages")
        self.pages.kill()
        wait(lambda: "pages: rolled back" in self.operate("plan", "pages"), "the plan's way back")
        readers.hear("wiki", 50)
        readers.stop()
        self.assertEqual(readers.failures, [])
        print(f"readers: {dict(readers.sides)}, none lost", file=sys.stderr)

    def test_comes_back_by_its_plan_when_the_new_side_answers_otherwise(self):
        now, once = "Sloops, and a heron.\n", "Sloops.\n"
        (self.wiki.pages / "harbour.txt").write_text(now)
        copy = self.copy_of_the_pages()
        (copy / "harbour.txt").write_text(once)
        self.begin_pages(copy)
        self.begin_proxy()
        self.operate("plan", "pages", "start", "--why", "nobody has compared")
        readers = self.readers()
        of_the_harbour = Readers(self.proxy.address, {"harbour": now}, 1)
        self.addCleanup(of_the_harbour.stop)
        wait(lambda: "pages: rolled back" in self.operate("plan", "pages"), "the plan's way back")
        self.assertIn("answered otherwise than the old side", self.operate("log"))

        # Now they read what the wiki has, and what some of them had read was old, and never lost.
        of_the_harbour.hear("wiki", 5)
        misled = len(of_the_harbour.failures)
        of_the_harbour.hear("wiki", 20)
        of_the_harbour.stop()
        readers.stop()
        self.assertGreater(misled, 0, "the wrong answer was planted")
        self.assertEqual(of_the_harbour.failures[misled:], [])
        self.assertEqual({each for each in of_the_harbour.failures if repr(once) not in each}, set())
        self.assertEqual(readers.failures, [])

    def test_leaves_a_whole_journey_as_it_was(self):
        """With all of the reads at the new side, which says of itself what it is, and no more. Each is copied to the
        wiki in the reader's name: a copy that this wiki took for another browser's would sign Ada in anew."""
        self.begin_pages()
        shadow = "[rollouts.pages.shadow]\n"
        self.begin_proxy((shadow, shadow + 'noise = "0%"\n'))
        direct = applications.Wiki(self.folder / "direct", f"{own_host()}:3000", "direct")
        self.addCleanup(direct.stop)
        self.operate("next", "pages", "--why", "first canary")
        self.operate("shift", "pages", "100%", "--why", "all of them")
        alone, strangled = journeys.wiki(direct.address), journeys.wiki(self.proxy.address)
        self.assertIn("pages", [side_of(answer) for what, answer in strangled if what == "GET /_export/raw/list"])
        self.assertEqual([what for what, _ in alone], [what for what, _ in strangled])
        found = [f"{what}: {each}" for (what, one), (_, other) in zip(alone, strangled)
                 for each in differences(one, other) if not (what.startswith("GET /_export/raw/") and OWN.match(each))]
        self.assertEqual(found, [], "\n" + "\n".join(found))
        wait(lambda: self.compared("same") + self.compared("differing") > 0, "copies in the name of who reads")

    def test_asks_again_what_was_asked_in_a_session(self):
        """By whoever has the session: an example has neither it nor the page's name."""
        copy = self.copy_of_the_pages()
        (copy / "notes.txt").write_text("A heron.\n")
        self.begin_pages(copy)
        shadow = "[rollouts.pages.shadow]\n"
        self.begin_proxy((shadow, shadow + 'noise = "0%"\n'))
        self.operate("shadow", "pages", "--why", "what would it answer?")
        ada = Browser(self.proxy.address)
        self.sign_in(ada)

        def differs() -> bool:
            ada.ask("GET", "/_export/raw/notes")
            return self.compared("differing") > 0

        wait(differs, "a difference in her name")
        refusal = self.operate("replay", "pages:1", expected=1)
        self.assertIn("--target '/_export/raw/…' --header 'cookie: …'", refusal)
        session = "; ".join(f"{name}={value}" for name, value in ada.cookies.items())
        fields = self.folder / "fields.txt"
        fields.write_text(f"Host: {HOST}\nCookie: {session}\nUser-Agent: journey\nAccept-Encoding: identity\n")
        again = ("replay", "pages:1", "--target", "/_export/raw/notes", "--header", f"@{fields}")
        self.assertIn("old 200, new 200", self.operate(*again, expected=1))

        # On the pages themselves both say the same, and her session is whole.
        self.pages.stop()
        self.begin_pages()
        self.assertIn("the same", self.operate(*again))
        self.assertIn("12.50", ada.ask("GET", "/_export/raw/desk:prices").text)
        self.assertNotIn(next(iter(ada.cookies.values())), self.operate("differences", "pages", "--json"))
        ada.close()

    def sign_in(self, browser: Browser):
        token = hidden(browser.ask("GET", "/start?do=login"))["sectok"]
        signed_in = browser.ask("POST", "/start?do=login", urlencode(
            {"id": "start", "do": "login", "u": READER, "p": PASSWORD, "sectok": token}), **FORM)
        self.assertEqual(signed_in.status, 302)

    def users_are_told_apart(self):
        """All is at the new side now: what not everybody may read stays closed, and open to whom it was."""
        ada = Browser(self.proxy.address)
        self.assertNotIn("12.50", ada.ask("GET", "/_export/raw/desk:prices").text)
        self.sign_in(ada)
        self.assertIn("12.50", ada.ask("GET", "/_export/raw/desk:prices").text)

        # What she saves at the wiki is read at the new side at once.
        form = hidden(ada.ask("GET", "/list?do=edit"))
        form = {name: value for name, value in form.items() if name not in ("do", "q")}
        saved = ada.ask("POST", "/list?do=edit", urlencode({**form, "wikitext": "An egret.", "do[save]": "1"}), **FORM)
        self.assertEqual(saved.status, 302)
        read = ada.ask("GET", "/_export/raw/list")
        self.assertEqual(side_of(read), "pages", read.fields)
        self.assertEqual(read.text.strip(), "An egret.")
        ada.close()


if __name__ == "__main__":
    if lacking := applications.missing():
        print(f"skipped: {', '.join(lacking)} not installed; ./dev foreign installs what is missing and runs this")
        sys.exit(SKIPPED)
    if not STRANGLER.exists():
        sys.exit(f"{STRANGLER} is not there: build the target wiki first")
    unittest.main()
