# SPDX-License-Identifier: Apache-2.0
"""The class that the tests of this folder are made from."""

import functools
import json
import unittest

from .origin import Origin
from .proxy import Proxy
from .wire import read_answer


class ProxyTest(unittest.TestCase):
    """One proxy and one origin for all tests of a class. What one test has broken is not the next
    one's trouble: after a failure there is another proxy."""

    broken = False
    canaries = 0

    @classmethod
    def setUpClass(cls):
        cls.origin = Origin()
        cls.addClassCleanup(cls.origin.close)
        cls.proxy = cls.start()

    @classmethod
    def start(cls):
        return Proxy(cls.origin.port)

    @classmethod
    def tearDownClass(cls):
        cls.proxy.stop()

    def __init_subclass__(cls):
        for name, method in list(vars(cls).items()):
            if name.startswith("test_"):
                setattr(cls, name, guarded(method))

    def setUp(self):
        if self.broken or not self.proxy.alive():
            self.proxy.kill()
            type(self).broken = False
            type(self).proxy = self.start()

    def check_echo(self, answer, method, target, body=None):
        """The origin's echo of this request, and of no other. What it said."""
        self.assertEqual(answer.status, 200, answer.body)
        self.assertTrue(answer.whole)
        if method == "HEAD":
            return None
        said = json.loads(answer.body)
        self.assertEqual((said["method"], said["target"]), (method, target), "somebody else's answer")
        if body is not None:
            self.assertEqual(said["body"], body)
        return said

    def canary(self, path="/canary"):
        """Somebody else's request, on a connection of its own. Which upstream connection served it."""
        self.assertTrue(self.proxy.alive(), "the proxy died")
        type(self).canaries += 1
        target = f"{path}/{self.canaries}"
        return self.check_echo(self.proxy.fetch(target), "GET", target)["connection"]

    def check_end(self, client):
        self.assertTrue(client.ended(), f"more comes: {client.unread[:200]!r}")

    def check_problem(self, answer, *statuses):
        """An answer of the proxy's own: problem details."""
        self.assertIn(answer.status, statuses, answer.body)
        self.assertTrue(answer.whole)
        self.assertEqual(answer.fields.all("Content-Type"), ["application/problem+json"])
        if answer.body:
            self.assertEqual(json.loads(answer.body)["status"], answer.status)

    def check_refusal(self, client, *statuses):
        """A problem, and the end of the connection."""
        self.check_problem(read_answer(client), *statuses)
        self.check_end(client)


def guarded(method):
    @functools.wraps(method)
    def run(self):
        try:
            method(self)
        except BaseException:
            type(self).broken = True
            raise
    return run


def test_name(text):
    return "test_" + "".join(c if c.isalnum() else "_" for c in text)


def make(module, name, base, bodies):
    """A test class with a test for each of (id, body) pairs."""
    methods = {}
    for text, body in bodies:
        if test_name(text) in methods:
            raise ValueError(f"two cases are called {text}")
        methods[test_name(text)] = body
    return type(name, (base,), {"__module__": module, **methods})
