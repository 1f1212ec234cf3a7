#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One read of a wiki that nobody here wrote moves to a small service: compared first, then by percentage, back, and
by a plan that brings it back by itself. Readers go on all the time, and none of them loses an answer."""

import json
import re
import sys
import tempfile
import time
import unittest
from pathlib import Path
from urllib.parse import urlencode

import applications
import journeys
from answers import Browser, differences
from applications import HERE, NOTES, PASSWORD, READER
from fronted import BANYAN, Proxy
from journeys import FORM, hidden
from proxies import Running, free_port, own_host
from readers import Readers

SKIPPED = 77

# What each side says of itself, and the wiki's cookies, which it says with every page again.
OWN = re.compile(r"(lost|gained) (server|x-powered-by|host|set-cookie|expires|pragma): ")


def wait(condition, what: str):
    until = time.monotonic() + 60
    while not condition():
        if time.monotonic() > until:
            raise AssertionError(f"waited in vain: {what}")
        time.sleep(0.05)


class AReadOfTheWiki(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.wiki = applications.Wiki(self.folder / "wiki", f"{own_host()}:3000")
        self.addCleanup(self.wiki.stop)
        self.host = own_host()
        self.pages = self.successor("--stripped")
        self.addCleanup(lambda: self.pages.stop())
        address, operators = f"{own_host()}:8080", f"127.0.0.1:{free_port()}"
        text = (HERE / "strangled.toml").read_text()
        for one, other in (("127.0.0.1:8080", address), ("127.0.0.1:9180", operators),
                           ("127.0.0.1:3000", self.wiki.address), ("127.0.0.1:3001", f"{self.host}:3001")):
            text = text.replace(one, other)
        self.proxy = Proxy(self.folder / "proxy", address, text, operators)
        self.addCleanup(self.proxy.stop)

    def successor(self, *words: str) -> Running:
        return Running([sys.executable, HERE / "successor.py", "--host", self.host, "--port", "3001", "--pages",
                        self.wiki.pages, "--acl", self.folder / "wiki/conf/acl.auth.php", "--wiki",
                        self.wiki.address, *words], f"{self.host}:3001", self.folder, "pages")

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

    def test_moves_and_comes_back_without_a_lost_answer(self):
        # Both are asked: the first version loses the line break at the end of a page.
        self.operate("shadow", "pages", "--why", "what would it answer?")
        readers = self.readers(Notes=NOTES)  # to the wiki the same page
        wait(lambda: self.compared("differing") >= 20, "differences")
        self.assertEqual(self.compared("same"), 0)
        self.assertIn("source of a page (the whole body)  difference", self.operate("differences", "pages"))
        self.assertEqual(readers.sides["pages"], 0, "no reader is answered by a copy")

        # The next version does not.
        self.pages.stop()
        self.pages = self.successor()
        wait(lambda: self.compared("same") >= 20, "answers that are the same")
        differing = self.compared("differing")
        same = self.compared("same")
        wait(lambda: self.compared("same") >= same + 50, "more of them")
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

        # And back, while they read.
        self.operate("back", "pages", "--why", "the wiki is upgraded tonight")
        readers.hear("wiki", 50)

        # A plan brings it back by itself when the service dies.
        self.operate("plan", "pages", "start", "--why", "compared, and tried by hand")
        readers.hear("pages")
        self.pages.stop()
        wait(lambda: "pages: rolled back" in self.operate("plan", "pages"), "the plan's way back")
        readers.hear("wiki", 50)
        readers.stop()
        self.assertEqual(readers.failures, [])
        print(f"readers: {dict(readers.sides)}, none lost", file=sys.stderr)

    def test_leaves_a_whole_journey_as_it_was(self):
        """With all of the reads at the new side, which says of itself what it is, and no more. Without copies: they
        lack Accept-Encoding, by which this wiki tells browsers apart, so that it signs Ada in anew after each."""
        file = self.folder / "proxy/banyan.toml"
        file.write_text(file.read_text().replace('share = "100%"', 'share = "0%"\nat_least = 0'))
        self.proxy.server.stop()
        self.proxy.server = Running([BANYAN, "proxy", "--config", file], self.proxy.address, file.parent, "proxy")
        direct = applications.Wiki(self.folder / "direct", f"{own_host()}:3000", "direct")
        self.addCleanup(direct.stop)
        self.pages.stop()
        self.pages = self.successor()
        self.operate("next", "pages", "--why", "first canary")
        self.operate("shift", "pages", "100%", "--why", "all of them")
        alone, strangled = journeys.wiki(direct.address), journeys.wiki(self.proxy.address)
        self.assertTrue(any(answer.get("Server").startswith("pages/") for _, answer in strangled))
        self.assertEqual([what for what, _ in alone], [what for what, _ in strangled])
        found = [f"{what}: {each}" for (what, one), (_, other) in zip(alone, strangled)
                 for each in differences(one, other) if not (what.startswith("GET /_export/raw/") and OWN.match(each))]
        self.assertEqual(found, [], "\n" + "\n".join(found))

    def users_are_told_apart(self):
        """All is at the new side now: what not everybody may read stays closed, and open to whom it was."""
        ada = Browser(self.proxy.address)
        self.assertNotIn("12.50", ada.ask("GET", "/_export/raw/desk:prices").text)
        token = hidden(ada.ask("GET", "/start?do=login"))["sectok"]
        signed_in = ada.ask("POST", "/start?do=login", urlencode(
            {"id": "start", "do": "login", "u": READER, "p": PASSWORD, "sectok": token}), **FORM)
        self.assertEqual(signed_in.status, 302)
        self.assertIn("12.50", ada.ask("GET", "/_export/raw/desk:prices").text)

        # What she saves at the wiki is read at the new side at once.
        form = hidden(ada.ask("GET", "/list?do=edit"))
        form = {name: value for name, value in form.items() if name not in ("do", "q")}
        saved = ada.ask("POST", "/list?do=edit", urlencode({**form, "wikitext": "An egret.", "do[save]": "1"}), **FORM)
        self.assertEqual(saved.status, 302)
        read = ada.ask("GET", "/_export/raw/list")
        self.assertTrue(read.get("Server").startswith("pages/"), read.fields)
        self.assertEqual(read.text.strip(), "An egret.")
        ada.close()


if __name__ == "__main__":
    if lacking := applications.missing():
        print(f"skipped: {', '.join(lacking)} not installed; ./dev foreign installs what is missing and runs this")
        sys.exit(SKIPPED)
    unittest.main()
