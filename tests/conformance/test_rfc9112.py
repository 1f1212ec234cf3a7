# SPDX-License-Identifier: Apache-2.0
"""What RFC 9112 (HTTP/1.1) demands of an intermediary, one test each, named by the section."""

import socket
import threading
import unittest

from harness import case, known
from harness.proxy import Proxy
from harness.wire import Cut, answer_pieces, read_answer, read_answer_head

LIMITS = """
header_bytes = 16384
header_fields = 50
body_bytes = 100000
header_time = "200ms"
body_time = "200ms"
idle_time = "200ms"
connections = 5
"""


@known.mark
class Messages(case.ProxyTest):
    def last(self, target):
        return next(each for each in reversed(self.origin.requests) if each.target == target)

    def test_rfc9112_2_2_an_empty_line_before_a_request_is_ignored(self):
        with self.proxy.connect() as client:
            client.send(b"\r\n")
            client.ask("/empty-line")
            self.check_echo(client.answer(), "GET", "/empty-line")

    def test_rfc9112_2_2_a_message_may_come_a_byte_at_a_time(self):
        with self.proxy.connect() as client:
            for byte in (b"POST /bytes HTTP/1.1\r\nHost: conformance.test\r\nTransfer-Encoding: chunked\r\n\r\n"
                         b"5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX: y\r\n\r\n"):
                client.send(bytes([byte]))
            self.check_echo(client.answer(), "POST", "/bytes", "hello!")

    def test_rfc9112_2_2_an_answer_may_come_a_byte_at_a_time(self):
        def drip(call):
            call.body()
            for byte in (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked"
                         b"\r\n\r\n5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX: y\r\n\r\n"):
                call.send(bytes([byte]))
        self.origin.on("/drip", drip)
        answer = self.proxy.fetch("/drip")
        self.assertEqual((answer.status, answer.body, answer.whole), (200, b"hello!", True))
        self.canary()

    def test_rfc9112_2_3_the_version_is_our_own_in_both_directions(self):
        self.origin.on("/old", lambda call: (call.body(), call.send(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")))
        with self.proxy.connect() as client:
            client.ask("/old", version="1.0")
            self.assertEqual(client.answer().body, b"ok")  # the reader takes nothing but HTTP/1.1
        self.assertTrue(self.last("/old").raw.startswith(b"GET /old HTTP/1.1\r\n"))

    def test_rfc9112_3_2_2_the_absolute_form_is_accepted(self):
        with self.proxy.connect() as client:
            client.ask("http://conformance.test/absolute?x")
            self.check_echo(client.answer(), "GET", "/absolute?x")

    def test_rfc9112_3_2_2_the_host_is_what_the_absolute_form_names(self):
        with self.proxy.connect() as client:
            client.ask("http://Other.test:80/named")
            self.check_echo(client.answer(), "GET", "/named")
        self.assertEqual(self.last("/named").fields.all("Host"), ["Other.test:80"])

    def test_rfc9112_3_2_4_options_for_the_whole_server_is_answered(self):
        """As forwarded or answered by the proxy itself, but not as a malformed request."""
        self.assertNotIn(self.proxy.fetch("*", method="OPTIONS").status, (400, 500))

    def test_rfc9112_5_2_a_folded_field_of_an_answer_becomes_502_or_a_blank(self):
        self.origin.on("/fold", lambda call: call.send(b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n"))
        answer = self.proxy.fetch("/fold")
        self.assertTrue(answer.status == 502 or answer.fields.one("X").split() == ["a", "b"])

    def test_rfc9112_6_1_no_chunks_are_sent_to_a_client_of_1_0(self):
        self.origin.on("/chunks", lambda call: (call.body(), call.send(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")))
        for fields in ("", "Connection: keep-alive\r\n"):
            with self.proxy.connect() as client:
                client.ask("/chunks", version="1.0", fields=fields)
                answer = client.answer()
                self.assertEqual(answer.fields.all("Transfer-Encoding"), [])
                self.assertEqual(answer.body, b"ok")
                self.check_end(client)

    def test_rfc9112_6_1_a_cut_answer_is_visibly_cut_for_a_client_of_1_0(self):
        def cut(call):
            call.body()
            call.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n")
            call.close()
        self.origin.on("/cut-old", cut)
        with self.proxy.connect() as client:
            client.ask("/cut-old", version="1.0")
            try:
                self.assertFalse(client.answer().whole, "only a reset can show it where no length does")
            except Cut:
                pass

    def test_rfc9112_6_3_a_body_is_framed_once_and_as_it_came(self):
        self.check_echo(self.proxy.fetch("/length", method="POST", body=b"hello"), "POST", "/length", "hello")
        request = self.last("/length")
        self.assertEqual((request.fields.all("Content-Length"), request.fields.all("Transfer-Encoding")), (["5"], []))

    def test_rfc9112_7_1_a_chunked_upload_streams(self):
        arrived = threading.Event()

        def stream(call):
            for _ in call.pieces():
                arrived.set()
            call.answer(body=call.request.body)
        self.origin.on("/upload", stream)
        with self.proxy.connect() as client:
            client.ask("/upload", fields="Transfer-Encoding: chunked\r\n")
            client.send(b"5\r\nhello\r\n")
            self.assertTrue(arrived.wait(10), "the first chunk waits for the last")
            client.send(b"6\r\n world\r\n0\r\n\r\n")
            self.assertEqual(client.answer().body, b"hello world")

    def test_rfc9112_7_1_2_trailers_never_become_fields_of_the_head(self):
        self.origin.on("/trailers", lambda call: (call.body(), call.send(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Late: y\r\n\r\n")))
        with self.proxy.connect() as client:
            client.send(b"POST /trailers HTTP/1.1\r\nHost: conformance.test\r\n"
                        b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-Late: y\r\n\r\n")
            answer = client.answer()
        self.assertEqual(answer.fields.all("X-Late"), [])
        self.assertEqual(self.last("/trailers").fields.all("X-Late"), [])

    def test_rfc9112_8_a_request_that_is_cut_never_looks_complete(self):
        for head, body in (("Content-Length: 10", b"hello"), ("Transfer-Encoding: chunked", b"5\r\nhello\r\n")):
            mark = self.origin.mark()
            with self.proxy.connect() as client:
                client.send(f"POST /cut HTTP/1.1\r\nHost: conformance.test\r\n{head}\r\n\r\n".encode() + body)
                self.origin.wait(lambda all_of_them: len(all_of_them) > mark, "the request")
            self.canary()
            self.assertFalse(self.origin.requests[mark].complete)

    def test_rfc9112_9_3_a_connection_serves_several_requests(self):
        with self.proxy.connect() as client:
            for number in range(20):
                client.ask(f"/several/{number}")
                self.check_echo(client.answer(), "GET", f"/several/{number}")

    def test_rfc9112_9_3_a_client_of_1_0_is_kept_only_when_it_asks_and_is_told(self):
        with self.proxy.connect() as client:
            client.ask("/kept", version="1.0")
            client.answer()
            self.check_end(client)
        with self.proxy.connect() as client:
            client.ask("/kept", version="1.0", fields="Connection: keep-alive\r\n")
            if "keep-alive" in client.answer().fields.tokens("Connection"):
                client.ask("/kept/again", version="1.0")
                self.check_echo(client.answer(), "GET", "/kept/again")
            self.check_end(client)

    def test_rfc9112_9_3_1_only_what_is_safe_is_sent_again(self):
        def swallow(call):
            call.body()
            call.close()
        for method in ("POST", "PATCH", "PUT", "DELETE"):
            path = f"/swallow-{method.lower()}"
            self.origin.on(path, swallow)
            for kept in (False, True):
                if kept:
                    self.canary()
                mark = self.origin.mark()
                self.check_problem(self.proxy.fetch(path, method=method, body=b"x"), 502)
                tries = [each for each in self.origin.since(mark) if each.target == path]
                self.assertEqual(len(tries), 1, f"{method}, {kept=}")

    def test_rfc9112_9_3_1_a_stale_connection_costs_no_request(self):
        """The origin ends a kept connection, and the proxy finds that out together with the request."""
        for method, path in (("GET", "/read/stale"), ("GET", "/stale"), ("POST", "/stale"), ("DELETE", "/stale")):
            calls = []
            self.origin.on(path, lambda call, calls=calls: (call.body(), calls.append(call), call.answer(body=b"ok")))
            with self.proxy.connect() as client:
                client.ask(path, method=method)
                self.assertEqual(client.answer().status, 200)
                self.proxy.metric("banyan_routes_generation")
                self.proxy.hold()
                try:
                    client.ask(path, method=method)
                    calls[0].wire.socket.shutdown(socket.SHUT_RDWR)
                finally:
                    self.proxy.go_on()
                self.assertEqual(client.answer().status, 200, f"{method} {path}")

    def test_rfc9112_9_3_1_a_read_is_tried_again_when_its_kept_connection_ends(self):
        tries = []

        def once(call):
            call.body()
            tries.append(call)
            if len(tries) == 1:
                call.close()
            else:
                call.answer(body=b"ok")
        self.origin.on("/read/again", once)
        self.canary("/read/canary")
        self.assertEqual(self.proxy.fetch("/read/again").body, b"ok")
        self.assertEqual(len(tries), 2)

    def test_rfc9112_9_3_2_pipelined_requests_are_answered_in_their_order(self):
        first_may_end = threading.Event()
        self.origin.on("/pipelined/slow", lambda call: (call.body(), first_may_end.wait(10), call.answer(body=b"slow")))
        with self.proxy.connect() as client:
            client.ask("/pipelined/slow")
            client.ask("/pipelined/fast")
            client.ask("/pipelined/fast", method="HEAD")
            client.ask("/pipelined/last", method="POST", body=b"x")
            self.canary()
            first_may_end.set()
            self.assertEqual(client.answer().body, b"slow")
            self.check_echo(client.answer(), "GET", "/pipelined/fast")
            self.check_echo(client.answer("HEAD"), "HEAD", "/pipelined/fast")
            self.check_echo(client.answer(), "POST", "/pipelined/last", "x")

    def test_rfc9112_9_5_nothing_follows_a_refusal(self):
        mark = self.origin.mark()
        with self.proxy.connect() as client:
            client.send(b"GET /bad HTTP/1.1\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: conformance.test\r\n\r\n")
            self.check_refusal(client, 400)
        self.canary()
        self.assertEqual([each.target for each in self.origin.since(mark) if "canary" not in each.target], [])

    def test_rfc9112_9_6_a_connection_that_said_close_is_closed(self):
        with self.proxy.connect() as client:
            client.ask("/close", fields="Connection: close\r\n")
            answer = client.answer()
            self.assertIn("close", answer.fields.tokens("Connection"))
            self.check_end(client)

    def test_rfc9112_9_6_a_client_that_still_sends_gets_to_see_its_answer(self):
        self.origin.on("/early", lambda call: (call.answer(413, b"no", "Connection: close\r\n"), call.until_closed()))
        with self.proxy.connect() as client:
            client.send(
                b"POST /early HTTP/1.1\r\nHost: conformance.test\r\nContent-Length: 200000\r\n\r\n" + b"x" * 1000)
            answer = client.answer()
            self.assertEqual((answer.status, answer.body), (413, b"no"))
            client.send(b"x" * 100000)
        self.canary()

    def test_rfc9112_9_6_half_close_of_the_origin_ends_only_its_answer(self):
        def half(call):
            call.body()
            call.send(b"HTTP/1.1 200 OK\r\n\r\nall")
            call.wire.half_close()
            call.until_closed()
        self.origin.on("/half-origin", half)
        answer = self.proxy.fetch("/half-origin")
        self.assertEqual((answer.body, answer.whole), (b"all", True))

    def test_rfc9112_11_2_events_are_passed_on_as_they_come(self):
        taken = threading.Semaphore(0)

        def events(call):
            call.body()
            call.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
            for number in range(5):
                call.send(f"data: {number}\n\n".encode())
                if not taken.acquire(timeout=10):
                    break
            call.close()
        self.origin.on("/events", events)
        with self.proxy.connect() as client:
            client.ask("/events")
            answer = read_answer_head(client)
            pieces = answer_pieces(client, answer, "GET")
            for number in range(5):
                event = b""
                while not event.endswith(b"\n\n"):
                    event += next(pieces)
                self.assertEqual(event, f"data: {number}\n\n".encode())
                taken.release()
            self.assertEqual(b"".join(pieces), b"")
            self.assertTrue(answer.whole)

    def test_rfc9112_8_a_client_that_goes_away_cancels_its_request_and_nobody_is_blamed(self):
        here, gone = threading.Event(), threading.Event()

        def wait(call):
            call.body()
            here.set()
            call.until_closed()
            gone.set()
        self.origin.on("/away", wait)
        before = self.proxy.metric("banyan_upstream_failures_total")
        errors = self.proxy.metric("banyan_http_requests_total", outcome="error")
        for leave in ("close", "reset"):
            here.clear()
            gone.clear()
            client = self.proxy.connect()
            client.ask("/away")
            self.assertTrue(here.wait(10))
            getattr(client, leave)()
            self.assertTrue(gone.wait(10), f"the upstream request is not cancelled ({leave})")
        self.assertEqual(self.proxy.metric("banyan_upstream_failures_total"), before)
        self.assertEqual(self.proxy.metric("banyan_http_requests_total", outcome="error"), errors)

    def test_rfc9112_8_a_client_that_goes_away_inside_its_upload_cancels_it(self):
        here, gone = threading.Event(), threading.Event()

        def wait(call):
            here.set()
            call.until_closed()
            gone.set()
        self.origin.on("/away-upload", wait)
        before = self.proxy.metric("banyan_upstream_failures_total")
        client = self.proxy.connect()
        client.send(b"POST /away-upload HTTP/1.1\r\nHost: conformance.test\r\nContent-Length: 100\r\n\r\nhello")
        self.assertTrue(here.wait(10))
        client.reset()
        self.assertTrue(gone.wait(10))
        self.assertEqual(self.proxy.metric("banyan_upstream_failures_total"), before)


@known.mark
class HalfClose(case.ProxyTest):
    """With `half_close = true`; without it a client that ends its side counts as gone."""

    @classmethod
    def start(cls):
        return Proxy(cls.origin.port, settings="half_close = true")

    def test_rfc9112_9_6_half_close_a_client_that_has_said_all_gets_its_answer(self):
        seen = threading.Event()
        self.origin.on("/half", lambda call: (call.body(), seen.wait(10), call.answer(body=b"ok")))
        with self.proxy.connect() as client:
            client.ask("/half", method="POST", body=b"hello")
            client.half_close()
            self.proxy.metric("banyan_routes_generation")  # by now it has seen the end
            seen.set()
            self.assertEqual(client.answer().body, b"ok")
            self.check_end(client)

    def test_rfc9112_9_6_half_close_a_client_gets_the_answers_to_all_that_it_has_asked(self):
        with self.proxy.connect() as client:
            client.ask("/half/1", method="POST", body=b"hello")
            client.ask("/half/2")
            client.half_close()
            self.check_echo(client.answer(), "POST", "/half/1", "hello")
            self.check_echo(client.answer(), "GET", "/half/2")
            self.check_end(client)

    def test_rfc9112_9_6_half_close_of_a_client_inside_its_upload_cancels_it(self):
        here, gone = threading.Event(), threading.Event()
        self.origin.on("/half-upload", lambda call: (here.set(), call.until_closed(), gone.set()))
        with self.proxy.connect() as client:
            client.send(b"POST /half-upload HTTP/1.1\r\nHost: conformance.test\r\nContent-Length: 100\r\n\r\nhello")
            self.assertTrue(here.wait(10))
            client.half_close()
            self.assertTrue(gone.wait(10))
            self.check_end(client)

    def test_rfc9112_9_6_half_close_a_client_that_is_gone_is_noticed_when_it_is_written_to(self):
        here, gone = threading.Event(), threading.Event()

        def events(call):
            call.body()
            call.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 0\n\n")
            here.wait(10)
            while call.send(b"data: 1\n\n" * 1000):
                pass
            gone.set()
        self.origin.on("/half-events", events)
        with self.proxy.connect() as client:
            client.ask("/half-events")
            read_answer_head(client)
        here.set()
        self.assertTrue(gone.wait(10))


@known.mark
class Limits(case.ProxyTest):
    @classmethod
    def start(cls):
        return Proxy(cls.origin.port, limits=LIMITS, answer_time="200ms")

    def refused(self, data, *statuses):
        with self.proxy.connect() as client:
            client.send(data)
            self.check_refusal(client, *statuses)

    HEAD = b"POST /a HTTP/1.1\r\nHost: conformance.test\r\n"

    def test_rfc9110_15_5_15_a_long_target_is_414(self):
        self.refused(b"GET /" + b"a" * 10000 + b" HTTP/1.1\r\n", 414)

    def test_rfc6585_5_a_long_head_is_431(self):
        self.refused(self.HEAD + b"X: " + b"y" * 20000 + b"\r\n\r\n", 431)

    def test_rfc6585_5_many_fields_are_431(self):
        self.refused(self.HEAD + b"X: y\r\n" * 60 + b"\r\n", 431)

    def test_rfc9110_15_5_14_a_long_body_is_413(self):
        self.refused(self.HEAD + b"Content-Length: 100001\r\n\r\n", 413)

    def test_rfc9110_15_5_14_a_long_chunked_body_is_413(self):
        self.refused(self.HEAD + b"Transfer-Encoding: chunked\r\n\r\n" +
                     (b"8000\r\n" + b"x" * 0x8000 + b"\r\n") * 4, 413)

    def test_rfc9110_15_5_9_a_slow_head_is_408(self):
        self.refused(self.HEAD, 408)

    def test_rfc9110_15_5_9_a_head_that_drips_is_408(self):
        with self.proxy.connect() as client:
            client.socket.settimeout(0.02)
            for byte in self.HEAD * 20:
                if not client.send(bytes([byte])):
                    break
                try:
                    if not (more := client.socket.recv(65536)):
                        break
                    client.unread += more
                    break
                except TimeoutError:
                    pass
            client.socket.settimeout(10)
            self.check_refusal(client, 408)

    def test_rfc9110_15_5_9_a_slow_body_is_408(self):
        self.refused(self.HEAD + b"Content-Length: 10\r\n\r\nhello", 408)

    def test_rfc9112_9_5_an_idle_connection_is_closed_without_a_word(self):
        with self.proxy.connect() as client:
            client.ask("/a")
            self.check_echo(client.answer(), "GET", "/a")
            self.check_end(client)

    def test_rfc9110_15_6_5_an_origin_that_does_not_answer_is_504(self):
        self.origin.on("/silent", lambda call: (call.body(), call.until_closed()))
        self.check_problem(self.proxy.fetch("/silent"), 504)

    def test_rfc9110_15_6_4_too_many_connections_are_503_with_retry_after(self):
        clients = [self.proxy.connect() for _ in range(5)]
        try:
            for client in clients:
                client.ask("/a")
                self.check_echo(client.answer(), "GET", "/a")
                client.ask("/a")  # is answered, and stays for its idle time again
            with self.proxy.connect() as client:
                answer = read_answer(client)
                self.check_problem(answer, 503)
                self.assertEqual(len(answer.fields.all("Retry-After")), 1)
                self.check_end(client)
        finally:
            for client in clients:
                client.close()
        self.proxy.wait(self.serves, "the places that became free")

    def serves(self):
        return self.proxy.fetch("/a").status == 200


if __name__ == "__main__":
    unittest.main()
