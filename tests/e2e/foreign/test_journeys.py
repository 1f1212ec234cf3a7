#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two applications that nobody here wrote, unchanged: each journey is made directly, and through the proxy in front
of a fresh copy. Whatever differs, other than what each run makes anew, is a failure."""

import sys
import tempfile
import unittest
from pathlib import Path

import applications
import journeys
from answers import Answer, differences
from fronted import CONFIGURATION, Proxy
from proxies import free_port, own_host

SKIPPED = 77


class Journeys(unittest.TestCase):
    def heard(self, application, journey, proxied: bool):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        started = application(folder / "application", f"{own_host()}:8080")
        self.addCleanup(started.stop)
        if not proxied:
            return journey(started.address)
        address = f"{own_host()}:8080"
        proxy = Proxy(folder / "proxy", address, CONFIGURATION.format(
            address=address, operators=free_port(), application=started.address))
        self.addCleanup(proxy.stop)
        return journey(address)

    def compare(self, application, journey):
        direct = self.heard(application, journey, proxied=False)
        proxied = self.heard(application, journey, proxied=True)
        self.assertEqual([what for what, _ in direct], [what for what, _ in proxied])
        found = [f"{what}: {each}" for (what, one), (_, other) in zip(direct, proxied)
                 for each in differences(one, other)]
        self.assertEqual(found, [], "\n" + "\n".join(found))
        print(f"{journey.__name__}: {len(direct)} answers, the same through the proxy", file=sys.stderr)

    def test_of_a_wiki_are_the_same_through_the_proxy(self):
        self.compare(applications.Wiki, journeys.wiki)

    def test_of_an_application_with_web_sockets_are_the_same_through_the_proxy(self):
        self.compare(applications.Flows, journeys.flows)


class TheComparison(unittest.TestCase):
    """Without these the journeys could be passing for the wrong reason."""
    PAGE = b"<p id='a' class='b'>Heron <b>12.50</b></p>"

    @staticmethod
    def page(body: bytes, status: int = 200, *fields):
        return Answer(status, [("Content-Type", "text/html"), *fields], body)

    def test_finds_another_word_attribute_status_and_field(self):
        one = self.page(self.PAGE, 200, ("Set-Cookie", "s=1; HttpOnly"))
        for other in (self.page(self.PAGE.replace(b"12", b"13"), *one_of(one)),
                      self.page(self.PAGE.replace(b"class", b"title"), *one_of(one)),
                      self.page(self.PAGE, 201, one.fields[1]), self.page(self.PAGE),
                      self.page(self.PAGE, 200, ("Set-Cookie", "s=1")),
                      self.page(self.PAGE, *one_of(one), ("X-More", "1"))):
            self.assertTrue(differences(one, other), other)

    def test_finds_a_byte_of_a_file(self):
        one = Answer(200, [("Content-Type", "application/zip")], b"abc")
        self.assertTrue(differences(one, Answer(200, one.fields, b"abd")))

    def test_passes_over_what_a_run_makes_anew(self):
        one = self.page(b"<script>'2026\\/11\\/30 00:52'</script><input value='" + b"a" * 32 + b"'>", 200,
                        ("Set-Cookie", "s=1"), ("Date", "now"))
        other = self.page(b"<script>'2026\\/11\\/30 00:53'</script><input value='" + b"b" * 32 + b"'>", 200,
                          ("Set-Cookie", "s=2"), ("Via", "1.1 banyan"))
        self.assertEqual(differences(one, other), [])


def one_of(answer: Answer):
    return (answer.status, *answer.fields[1:])


if __name__ == "__main__":
    if lacking := applications.missing():
        print(f"skipped: {', '.join(lacking)} not installed; ./dev foreign installs what is missing and runs this")
        sys.exit(SKIPPED)
    unittest.main()
