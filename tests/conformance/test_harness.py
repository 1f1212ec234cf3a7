# SPDX-License-Identifier: Apache-2.0
"""That the harness can fail: each of its guards catches a relay that is careless in one way."""

import socket
import threading
import unittest
from unittest import mock

import test_requests
import test_responses
from harness import case, corpus, known, wire
from harness.origin import Origin
from harness.proxy import Reachable
from harness.wire import Malformed, Request, Wire, read_answer, read_request_head


class Relay(Reachable):
    """Passes bytes on in both directions and understands nothing. In the place of a Proxy."""

    def __init__(self, origin):
        self.origin = origin
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, client):
        upstream = socket.create_connection(("127.0.0.1", self.origin))
        back = threading.Thread(target=self.pump, args=(upstream, client, self.to_client), daemon=True)
        back.start()
        self.pump(client, upstream, self.to_origin)
        back.join()
        client.close()
        upstream.close()

    @staticmethod
    def pump(source, sink, change):
        try:
            while data := source.recv(65536):
                sink.sendall(change(data))
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    @staticmethod
    def to_origin(data):
        return data

    @staticmethod
    def to_client(data):
        return data

    def alive(self):
        return True

    def stop(self):
        self._listener.close()

    kill = stop


class DropsLengths(Relay):
    @staticmethod
    def to_origin(data):
        return data.replace(b"Content-Length: ", b"X-Length: ")


class Mute(Relay):
    @staticmethod
    def to_client(data):
        return b""


class HidesCuts(Relay):
    @staticmethod
    def to_client(data):
        return data.replace(b"Content-Length: 10\r\n", b"Connection: close\r\n")


class Dead(Relay):
    def alive(self):
        return False


class SharesOneConnection(Relay):
    """Takes what comes first for one request, and what comes back first for its answer."""

    def __init__(self, origin):
        self._upstream = Wire(socket.create_connection(("127.0.0.1", origin)))
        self._turn = threading.Lock()
        super().__init__(origin)

    def serve(self, client):
        with client, self._turn:
            self._upstream.send(client.recv(65536))
            try:
                answer = read_answer(self._upstream)
                head = f"HTTP/1.1 {answer.status} x\r\nContent-Length: {len(answer.body)}\r\n\r\n"
                client.sendall(head.encode() + answer.body)
            except (wire.Cut, wire.Hangs):
                pass


class AHarnessThatCanFail(unittest.TestCase):
    def setUp(self):
        patience = mock.patch.object(wire, "PATIENCE", 0.5)
        patience.start()
        self.addCleanup(patience.stop)

    def complaints(self, suite, relay, *ids):
        """What the tests of these cases say of a relay."""
        tests = [(text, vars(suite)[case.test_name(text)]) for text in ids]
        base = suite.__mro__[1]
        lax = case.make(__name__, "Lax", base, ((text, getattr(body, "__wrapped__", body)) for text, body in tests))
        lax.start = classmethod(lambda cls: relay(cls.origin.port))
        result = unittest.TestResult()
        unittest.TestSuite(lax(case.test_name(text)) for text in ids).run(result)
        return {str(test).split(" ")[0].removeprefix("test_"): text.strip().splitlines()[-1]
                for test, text in result.failures + result.errors if str(test).startswith("test_")}

    def test_malformed_bytes_are_noticed_at_the_origin(self):
        for attack in corpus.cases("requests.jsonl"):
            if attack["id"] not in ("cl-te", "te-xchunked", "te-vertical-tab", "cl-plus", "cl-twice-same", "chunk-0x",
                                    "chunk-data-two-other-bytes", "chunk-ext-lf", "lf-everywhere", "cr-in-value",
                                    "obs-fold", "blank-before-colon", "host-twice", "control-00-in-value",
                                    "target-fragment", "line-two-blanks", "version-2.0", "trailer-no-colon"):
                continue
            with self.subTest(attack["id"]), Origin() as origin:
                relay = Relay(origin.port)
                with relay.connect() as client:
                    client.send(corpus.to_bytes(attack["bytes"]))
                    client.half_close()
                    client.to_the_end()
                relay.stop()
                self.assertTrue(any(each.malformed for each in origin.requests))

    def test_every_refusal_that_does_not_come_is_noticed(self):
        refused = [each["id"] for each in corpus.cases("requests.jsonl") if "refused" in each][::7]
        self.assertGreater(len(refused), 50)
        self.assertEqual(len(self.complaints(test_requests.Attacks, Relay, *refused)), len(refused))

    def test_more_requests_than_there_are_is_noticed(self):
        said = self.complaints(test_requests.Attacks, DropsLengths, "cl0-get")
        self.assertIn("cl0_get", said)

    def test_what_should_have_been_removed_is_noticed(self):
        said = self.complaints(test_requests.Attacks, Relay, "connection-names-one", "spoof-banyan", "h2c-classic")
        self.assertEqual(len(said), 3)

    def test_somebody_elses_answer_is_noticed(self):
        smuggled = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n"
        with Origin() as origin:
            relay = SharesOneConnection(origin.port)
            with relay.connect() as client:
                client.send(smuggled)
                client.answer()
            test = test_requests.Attack()
            test.proxy = relay
            with self.assertRaisesRegex(AssertionError, "somebody else's answer"):
                test.canary()
            relay.stop()

    def test_a_proxy_that_hangs_or_dies_is_noticed(self):
        self.assertIn("Hangs", self.complaints(test_requests.Attacks, Mute, "te-valid-plain")["te_valid_plain"])
        test = test_requests.Attack()
        test.proxy = Dead(1)
        with self.assertRaisesRegex(AssertionError, "the proxy died"):
            test.canary()
        test.proxy.stop()

    def test_hostile_answers_that_get_through_are_noticed(self):
        ids = [each["id"] for each in corpus.cases("responses.jsonl")
               if each["answer"].get("status") == 502 and each.get("end", "keep") == "keep"][::5]
        self.assertGreater(len(ids), 20)
        self.assertEqual(len(self.complaints(test_responses.HostileAnswers, Relay, *ids)), len(ids))

    def test_a_cut_that_is_hidden_is_noticed(self):
        said = self.complaints(test_responses.HostileAnswers, HidesCuts, "cut-length-close")
        self.assertIn("looks complete", said["cut_length_close"])

    def test_the_strict_reader_is_strict(self):
        host = b"Host: a\r\n"
        for head in (b"GET / HTTP/1.1\n" + host, b"GET / HTTP/1.0\r\n" + host, b"GET  / HTTP/1.1\r\n" + host,
                     b"GET http://a/ HTTP/1.1\r\n" + host, b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\n" + host * 2,
                     b"GET / HTTP/1.1\r\n" + host + b"X : y\r\n", b"GET / HTTP/1.1\r\n" + host + b"X: y\r\n z\r\n",
                     b"GET / HTTP/1.1\r\n" + host + b"X: \0\r\n", b"GET / HTTP/1.1\r\n" + host + b"X: a\rb\r\n",
                     b"GET / HTTP/1.1\r\n" + host + b"Content-Length: +1\r\n",
                     b"GET / HTTP/1.1\r\n" + host + b"Content-Length: 1\r\nContent-Length: 1\r\n",
                     b"GET / HTTP/1.1\r\n" + host + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
                     b"GET / HTTP/1.1\r\n" + host + b"Transfer-Encoding: gzip, chunked\r\n"):
            with self.subTest(head), self.assertRaises(Malformed):
                ours, theirs = socket.socketpair()
                with ours, theirs:
                    theirs.sendall(head + b"\r\n")
                    read_request_head(Wire(ours), Request())

    def test_each_known_failure_is_a_test(self):
        import test_differential
        import test_rfc9110
        import test_rfc9112
        modules = (test_differential, test_requests, test_responses, test_rfc9110, test_rfc9112)
        there = {f"{module.__name__}.{owner}.{test}" for module in modules for owner, found in vars(module).items()
                 if isinstance(found, type) for test in vars(found)}
        self.assertEqual(set(known.listed()) - there, set(), "these are no tests (any more)")

    def test_a_known_failure_that_is_mended_is_red(self):
        class Mended(unittest.TestCase):
            @unittest.expectedFailure
            def test_it(self):
                pass
        result = unittest.TestResult()
        Mended("test_it").run(result)
        self.assertFalse(result.wasSuccessful())


if __name__ == "__main__":
    unittest.main()
