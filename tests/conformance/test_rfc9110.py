# SPDX-License-Identifier: Apache-2.0
"""What RFC 9110 (HTTP semantics) demands of an intermediary, one test each, named by the section."""

import email.utils
import threading
import unittest

from harness import case, known
from harness.proxy import Proxy, answered_by_the_application, free_port
from harness.wire import read_answer, read_answer_head


class Exchanges(case.ProxyTest):
    def received(self, fields="", method="GET", target="/received", **how):
        """The request as the origin gets it when a client sends it with these fields."""
        mark = self.origin.mark()
        self.check_echo(self.proxy.fetch(target, fields=fields, method=method, **how), method, target)
        return self.origin.since(mark)[-1]

    def told(self, fields, status=200, **how):
        """The answer as the client gets it when the origin sends it with these fields."""
        self.origin.on("/told", lambda call: (call.body(), call.answer(status, b"", fields)))
        return self.proxy.fetch("/told", **how)


@known.mark
class Requests(Exchanges):
    def test_rfc9110_5_1_unknown_fields_are_passed_on(self):
        self.assertEqual(self.received("X-Nobody-Knows: y\r\n").fields.all("X-Nobody-Knows"), ["y"])

    def test_rfc9110_5_3_the_order_of_fields_of_one_name_stays(self):
        fields = "".join(f"X-Many: {number}\r\nX-Other{number}: y\r\n" for number in range(10))
        self.assertEqual(self.received(fields).fields.all("X-Many"), [str(number) for number in range(10)])

    def test_rfc9110_5_5_values_are_passed_on_as_they_are(self):
        value = 'a  b\t c, "d\\"e" \x80\xff'
        self.assertEqual(self.received(f"X-Value:  {value} \t\r\n").fields.all("X-Value"), [value])

    def test_rfc9110_7_1_the_target_is_passed_on_byte_for_byte(self):
        for target in ("/a%20b%C3%a9?x=%zz&y=[1]", "/a;b=c/d", "/a?", "/a?b?c=//../d"):
            self.assertEqual(self.received(target=target).target, target)

    def test_rfc9110_7_2_host_is_passed_on_and_comes_once(self):
        self.assertEqual(self.received(host="Conformance.TEST:8080").fields.all("Host"), ["Conformance.TEST:8080"])

    def test_rfc9110_7_6_a_request_to_itself_does_not_go_round_for_ever(self):
        port = free_port()
        with Proxy(port, port=port) as looped:
            answer = looped.fetch("/loop")
            self.assertGreaterEqual(answer.status, 400)
            rounds = looped.metric("banyan_upstream_requests_total")
        self.assertLess(rounds, 10, "Via names this proxy already, and one request costs so many")

    def test_rfc9110_7_6_1_fields_named_by_connection_are_removed(self):
        request = self.received("Connection: X-One, close\r\nX-One: 1\r\nconnection: x-two\r\nX-Two: 2\r\n"
                                "X-Three: 3\r\n")
        self.assertEqual([request.fields.all(name) for name in ("X-One", "X-Two", "X-Three")], [[], [], ["3"]])

    def test_rfc9110_7_6_1_connection_itself_is_replaced(self):
        request = self.received("Connection: X-One, close\r\n")
        self.assertTrue(set(request.fields.tokens("Connection")) <= {"keep-alive", "close"})
        self.assertEqual(self.received("Connection: X-One\r\n").fields.tokens("Connection"), [])

    def test_rfc9110_7_6_1_hop_by_hop_fields_are_removed(self):
        given = ("Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Upgrade")
        request = self.received("".join(f"{name}: x\r\n" for name in given))
        self.assertEqual([name for name in given if request.fields.all(name)], [])

    def sent_with(self, trailers, fields=""):
        """The request as the origin gets it when these trailers come after its body."""
        mark = self.origin.mark()
        with self.proxy.connect() as client:
            client.send("POST /trailers-up HTTP/1.1\r\nHost: conformance.test\r\nTransfer-Encoding: chunked\r\n"
                        f"{fields}\r\n2\r\nok\r\n0\r\n{trailers}\r\n".encode())
            self.check_echo(client.answer(), "POST", "/trailers-up", "ok")
        return self.origin.since(mark)[-1]

    def test_rfc9110_6_5_trailers_are_passed_on_and_stay_trailers(self):
        request = self.sent_with("X-Sum: 7\r\nX-Late:  y \r\nX-Sum: 8\r\n", "Trailer: X-Sum\r\n")
        self.assertEqual(request.trailers, [("X-Sum", "7"), ("X-Late", "y"), ("X-Sum", "8")])
        self.assertEqual([request.fields.all(name) for name in ("X-Sum", "Trailer")], [[], ["X-Sum"]])

    def test_rfc9110_6_5_1_what_may_not_be_a_trailer_is_dropped(self):
        request = self.sent_with("".join(f"{name}: 5\r\n" for name in (
            "Content-Length", "Transfer-Encoding", "Host", "Trailer", "Connection", "Authorization", "Cookie",
            "Cache-Control", "Expect", "If-Match", "Range", "Max-Forwards", "TE", "Accept", "Content-Type",
            "Content-Encoding", "X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via", "X-Request-Id",
            "traceparent", "Banyan-Principal")) + "X-Sum: 7\r\n")
        self.assertEqual(request.trailers, [("X-Sum", "7")])

    def test_rfc9110_6_5_1_a_client_that_keeps_trailers_is_believed(self):
        request = self.received("Connection: TE\r\nTE: trailers, deflate\r\n")
        self.assertEqual((request.fields.all("TE"), request.fields.all("Connection")), (["trailers"], ["TE"]))

    def test_rfc9110_7_6_1_trailers_named_by_connection_are_removed(self):
        self.assertEqual(self.sent_with("X-One: 1\r\nX-Sum: 7\r\n", "Connection: X-One\r\n").trailers,
                         [("X-Sum", "7")])

    def test_rfc9110_7_6_1_nobody_can_have_our_own_fields_removed(self):
        request = self.received("Connection: X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host, Forwarded, Via, "
                                "Host, Content-Length\r\n", method="POST", body=b"hello")
        for name in ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "Via", "Host",
                     "Content-Length"):
            self.assertEqual(len(request.fields.all(name)), 1, name)

    def test_what_only_a_proxy_may_say_of_its_client_is_dropped(self):
        words = ("X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Server", "X-Forwarded-Ssl",
                 "X-Forwarded-Scheme", "X-Original-URL", "X-Rewrite-URL", "True-Client-IP", "X-Real-IP", "Client-IP",
                 "Proxy", "SSL-Client-Cert")
        names = words + tuple(word.replace("-", "_") for word in words if "-" in word)
        request = self.received("".join(f"{name}: /admin\r\n" for name in names))
        self.assertEqual([name for name in names if request.fields.all(name)], [])
        self.assertEqual(self.sent_with("".join(f"{name}: 1\r\n" for name in names) + "X-Sum: 7\r\n").trailers,
                         [("X-Sum", "7")])

    def test_trace_context_is_passed_on_as_it_came(self):
        parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
        request = self.received(f"tracestate:\r\ntracestate: a=1\r\ntraceparent: {parent}\r\ntracestate: b=2\r\n")
        self.assertEqual((request.fields.all("traceparent"), request.fields.tokens("tracestate")),
                         ([parent], ["a=1", "b=2"]))

    def test_trace_context_is_not_made_up_and_ends_where_it_is_ambiguous(self):
        parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        for fields in ("", "traceparent: nonsense\r\n", f"traceparent: {parent}\r\n" * 2):
            request = self.received(fields + "tracestate: a=1\r\n")
            self.assertEqual((request.fields.all("traceparent"), request.fields.all("tracestate")), ([], []))

    def test_rfc9110_9_2_1_a_method_from_elsewhere_is_passed_on(self):
        for method in ("PROPFIND", "MKCOL", "BREW"):
            self.assertEqual(self.received(method=method).method, method)

    def test_rfc3986_3_3_targets_of_foreign_applications_are_passed_on_byte_for_byte(self):
        for target in ("/group%2Fname", "/@scope%2fname", "/a|b", "/{x}", "/a%5Cb", "/100%", "/a" * 70,
                       "/a;v=1/[b]!$&'()*+,=:@", "//"):
            if answered_by_the_application(target):
                continue
            self.assertEqual(self.received(target=target).target, target)

    def test_rfc9110_7_6_2_max_forwards_0_is_not_forwarded(self):
        for method in ("OPTIONS", "TRACE"):
            mark = self.origin.mark()
            answer = self.proxy.fetch("/max", method=method, fields="Max-Forwards: 0\r\n")
            self.assertEqual(answer.status, {"OPTIONS": 204, "TRACE": 405}[method],
                             "the proxy answers as the final recipient, and it has no TRACE")
            self.assertEqual(self.origin.since(mark), [])

    def test_rfc9110_7_6_2_max_forwards_is_counted_down(self):
        for method in ("OPTIONS", "TRACE"):
            self.assertEqual(self.received("Max-Forwards: 5\r\n", method=method).fields.all("Max-Forwards"), ["4"])

    def test_rfc9110_7_6_2_max_forwards_of_other_methods_stays(self):
        self.assertEqual(self.received("Max-Forwards: 0\r\n").fields.all("Max-Forwards"), ["0"])

    def test_rfc9110_7_6_3_via_is_added(self):
        for version in ("1.0", "1.1"):
            [via] = self.received(version=version).fields.tokens("Via")
            self.assertRegex(via, rf"^{version} banyan-[0-9a-f]{{8}}$")

    def test_rfc9110_7_6_3_via_is_continued(self):
        request = self.received("Via: 1.0 fred\r\nVia: 1.1 p.test\r\n")
        *before, ours = request.fields.tokens("Via")
        self.assertEqual(before, ["1.0 fred", "1.1 p.test"])
        self.assertRegex(ours, "^1.1 banyan-[0-9a-f]{8}$")

    def test_rfc9110_7_8_h2c_is_never_tunnelled(self):
        request = self.received("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n")
        self.assertEqual(request.fields.all("Upgrade") + request.fields.all("HTTP2-Settings"), [])

    def test_rfc9110_7_8_websocket_passes(self):
        """Not demanded by the RFC, but promised."""
        def switch(call):
            call.body()
            call.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
            call.stays_open = False
            call.send(call.wire.take(5).upper())
            call.until_closed()
        self.origin.on("/websocket", switch)
        with self.proxy.connect() as client:
            client.ask("/websocket", fields="Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n")
            self.assertEqual(client.answer().status, 101)
            client.send(b"hello")
            self.assertEqual(client.take(5), b"HELLO")

    def test_rfc9110_9_1_methods_are_passed_on_as_they_are(self):
        for method in ("get", "FROBNICATE", "DELETE", "OPTIONS", "M-SEARCH"):
            self.assertEqual(self.received(method=method).method, method)

    def test_rfc9110_10_1_1_an_expectation_goes_to_the_origin_and_its_100_comes_back(self):
        asked = threading.Event()
        body_there = []

        def patient(call):
            body_there.append(call.wire.unread)
            asked.set()
            call.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            call.answer(body=call.body())
        self.origin.on("/patient", patient)
        with self.proxy.connect() as client:
            client.send(b"POST /patient HTTP/1.1\r\nHost: conformance.test\r\nExpect: 100-continue\r\n"
                        b"Content-Length: 5\r\n\r\n")
            self.assertTrue(asked.wait(10))
            self.assertEqual(read_answer_head(client).status, 100)
            client.send(b"hello")
            self.assertEqual(client.answer().body, b"hello")
        self.assertEqual(body_there, [b""])

    def test_rfc9110_10_1_1_a_refusal_of_an_expectation_comes_back_in_place_of_100(self):
        self.origin.on("/unwilling", lambda call: (
            call.answer(417, b"no", "Connection: close\r\n"), call.until_closed()))
        with self.proxy.connect() as client:
            client.send(b"POST /unwilling HTTP/1.1\r\nHost: conformance.test\r\nExpect: 100-continue\r\n"
                        b"Content-Length: 5\r\n\r\n")
            answer = client.answer()
            self.assertEqual((answer.status, answer.interim, answer.body), (417, [], b"no"))

    def test_rfc9110_10_1_1_an_origin_that_says_no_100_gets_the_body_in_the_end(self):
        self.origin.on("/taciturn", lambda call: call.answer(body=call.body()))
        with self.proxy.connect() as client:
            client.send(b"POST /taciturn HTTP/1.1\r\nHost: conformance.test\r\nExpect: 100-continue\r\n"
                        b"Content-Length: 5\r\n\r\nhello")
            self.assertEqual(client.answer().body, b"hello")

    def test_rfc9110_10_1_1_a_client_of_1_0_gets_no_100(self):
        with self.proxy.connect() as client:
            client.ask("/expect-old", method="POST", body=b"x", version="1.0", fields="Expect: 100-continue\r\n")
            answer = client.answer()
            self.assertEqual((answer.status, answer.interim), (200, []))

    def test_rfc9110_17_13_forwarded_fields_of_strangers_are_replaced(self):
        request = self.received("X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\n"
                                "X-Forwarded-Host: evil.test\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\n"
                                "Banyan-Principal: admin\r\n")
        self.assertEqual({name: request.fields.all(name) for name in (
            "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Banyan-Principal")},
            {"X-Forwarded-For": ["127.0.0.1"], "X-Forwarded-Proto": ["http"],
             "X-Forwarded-Host": ["conformance.test"], "X-Real-IP": [], "Banyan-Principal": []})
        self.assertNotIn("6.6.6.6", "".join(request.fields.all("Forwarded")))

    def test_rfc9110_17_13_forwarded_fields_of_trusted_peers_are_continued(self):
        with Proxy(self.origin.port, settings='trusted_peers = ["127.0.0.1"]') as trusting:
            trusting.fetch("/trusted", fields="X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n"
                                              "X-Forwarded-Host: shop.test\r\nForwarded: for=192.0.2.1\r\n"
                                              "Banyan-Principal: admin\r\n")
        request = self.origin.requests[-1]
        self.assertEqual(request.fields.all("X-Forwarded-For"), ["192.0.2.1, 127.0.0.1"])
        self.assertEqual(request.fields.all("X-Forwarded-Proto"), ["https"])
        self.assertEqual(request.fields.all("X-Forwarded-Host"), ["shop.test"])
        self.assertEqual(len(request.fields.tokens("Forwarded")), 2)
        self.assertEqual(request.fields.all("Banyan-Principal"), [])


@known.mark
class Answers(Exchanges):
    def ended_with(self, trailers, fields="", version="1.1"):
        """The answer as the client gets it when the origin sends these trailers after its body."""
        self.origin.on("/trailers-down", lambda call: (call.body(), call.send(
            f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n{fields}\r\n2\r\nok\r\n0\r\n{trailers}\r\n".encode())))
        with self.proxy.connect() as client:
            client.ask("/trailers-down", version=version)
            answer = client.answer()
        self.assertEqual((answer.status, answer.body, answer.whole), (200, b"ok", True))
        return answer

    def test_rfc9110_6_5_trailers_are_passed_on_and_stay_trailers(self):
        answer = self.ended_with("X-Sum: 7\r\nContent-Digest: sha-256=:eA==:\r\n", "Trailer: X-Sum\r\n")
        self.assertEqual(answer.trailers, [("X-Sum", "7"), ("Content-Digest", "sha-256=:eA==:")])
        self.assertEqual([answer.fields.all(name) for name in ("X-Sum", "Trailer")], [[], ["X-Sum"]])

    def test_rfc9110_6_5_1_what_may_not_be_a_trailer_is_dropped(self):
        answer = self.ended_with("".join(f"{name}: 5\r\n" for name in (
            "Content-Length", "Transfer-Encoding", "Set-Cookie", "Location", "Connection", "WWW-Authenticate",
            "Retry-After", "Vary", "Date", "Cache-Control", "Content-Type", "X-Request-Id", "Banyan-Node",
            "Access-Control-Allow-Origin")) + "X-Sum: 7\r\n")
        self.assertEqual(answer.trailers, [("X-Sum", "7")])

    def test_rfc9110_6_5_1_trailers_are_dropped_with_the_chunks(self):
        answer = self.ended_with("X-Sum: 7\r\n", "Trailer: X-Sum\r\n", version="1.0")
        self.assertEqual((answer.trailers, answer.fields.all("X-Sum") + answer.fields.all("Trailer")), ([], []))

    def test_rfc9110_7_6_1_trailers_named_by_connection_are_removed(self):
        answer = self.ended_with("X-One: 1\r\nX-Sum: 7\r\n", "Connection: X-One\r\n")
        self.assertEqual(answer.trailers, [("X-Sum", "7")])

    def test_rfc9110_5_3_cookies_are_not_joined(self):
        answer = self.told("Set-Cookie: a=1\r\nX: y\r\nSet-Cookie: b=2\r\n")
        self.assertEqual(answer.fields.all("Set-Cookie"), ["a=1", "b=2"])

    def test_rfc9110_6_6_1_an_answer_without_date_gets_one(self):
        date, = self.told("").fields.all("Date")
        self.assertIsNotNone(email.utils.parsedate_to_datetime(date))
        self.assertTrue(date.endswith(" GMT"))

    def test_rfc9110_6_6_1_the_date_of_the_origin_stays(self):
        date = "Sun, 06 Nov 1994 08:49:37 GMT"
        self.assertEqual(self.told(f"Date: {date}\r\n").fields.all("Date"), [date])

    def test_rfc9110_6_6_1_a_refusal_has_a_date(self):
        with self.proxy.connect() as client:
            client.send(b"nonsense\r\n\r\n")
            self.assertEqual(len(read_answer(client).fields.all("Date")), 1)

    def test_rfc9110_7_6_1_fields_named_by_connection_are_removed(self):
        answer = self.told("Connection: X-One\r\nX-One: 1\r\nX-Two: 2\r\nKeep-Alive: timeout=5\r\n"
                           "Proxy-Connection: x\r\n")
        self.assertEqual([answer.fields.all(name) for name in ("X-One", "X-Two", "Keep-Alive", "Proxy-Connection")],
                         [[], ["2"], [], []])

    def test_rfc9110_8_6_204_has_no_length(self):
        answer = self.told("Content-Length: 0\r\n", status=204)
        self.assertEqual((answer.status, answer.fields.all("Content-Length")), (204, []))

    def test_rfc9110_9_3_2_an_answer_to_head_has_the_fields_and_no_body(self):
        self.origin.on("/head", lambda call: (call.body(), call.answer(body=b"hello")))
        with self.proxy.connect() as client:
            client.ask("/head", method="HEAD")
            answer = client.answer("HEAD")
            self.assertEqual((answer.status, answer.fields.all("Content-Length")), (200, ["5"]))
            client.ask("/next")
            self.check_echo(client.answer(), "GET", "/next")

    def test_rfc9110_9_3_2_a_refusal_of_head_has_no_body(self):
        with self.proxy.connect() as client:
            client.ask("/read/../b", method="HEAD")
            self.assertEqual(client.answer("HEAD").status, 400)
            client.ask("/next")
            self.check_echo(client.answer(), "GET", "/next")

    def test_rfc9110_15_statuses_are_passed_on_as_they_are(self):
        for status in (200, 201, 226, 299, 300, 308, 399, 400, 418, 451, 499, 500, 503, 599):
            self.assertEqual(self.told("", status=status).status, status)

    def test_rfc9110_15_2_interim_answers_are_passed_on(self):
        def hints(call):
            call.body()
            for status in (102, 103, 103, 199):
                call.send(f"HTTP/1.1 {status} x\r\nLink: <{status}>\r\nConnection: X-One\r\nX-One: 1\r\n\r\n".encode())
            call.answer(body=b"ok")
        self.origin.on("/hints", hints)
        answer = self.proxy.fetch("/hints")
        self.assertEqual([each.status for each in answer.interim], [102, 103, 103, 199])
        self.assertEqual(answer.interim[1].fields.all("Link"), ["<103>"])
        self.assertEqual(answer.interim[1].fields.all("X-One"), [])
        self.assertEqual(answer.body, b"ok")

    def test_rfc9110_15_2_interim_answers_are_passed_on_at_once(self):
        taken = threading.Event()

        def hint(call):
            call.body()
            call.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
            taken.wait(10)
            call.answer(body=b"ok")
        self.origin.on("/hint", hint)
        with self.proxy.connect() as client:
            client.ask("/hint")
            self.assertEqual(read_answer_head(client).status, 103)
            taken.set()
            self.assertEqual(client.answer().body, b"ok")

    def test_rfc9110_15_2_interim_answers_are_kept_from_a_client_of_1_0(self):
        def hint(call):
            call.body()
            call.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
            call.answer(body=b"ok")
        self.origin.on("/hint-old", hint)
        answer = self.proxy.fetch("/hint-old", version="1.0")
        self.assertEqual((answer.status, answer.interim), (200, []))

    def test_rfc9110_15_2_a_100_that_the_proxy_did_not_ask_for_is_passed_on(self):
        def hint(call):
            call.body()
            call.send(b"HTTP/1.1 100 Continue\r\nX-Why: because\r\n\r\n")
            call.answer(body=b"ok")
        self.origin.on("/unasked-100", hint)
        self.assertEqual([each.status for each in self.proxy.fetch("/unasked-100").interim], [100])

    def test_rfc9110_15_2_2_a_101_that_nobody_asked_for_is_502(self):
        self.origin.on("/switch", lambda call: call.send(
            b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"))
        self.check_problem(self.proxy.fetch("/switch"), 502)

    def test_rfc9110_15_4_5_304_has_the_fields_and_no_body(self):
        self.origin.on("/not-modified", lambda call: (call.body(), call.send(
            b"HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 5\r\n\r\n")))
        with self.proxy.connect() as client:
            client.ask("/not-modified")
            answer = client.answer()
            self.assertEqual((answer.status, answer.fields.all("ETag")), (304, ['"x"']))
            client.ask("/next")
            self.check_echo(client.answer(), "GET", "/next")

    def test_rfc9110_15_6_3_an_early_answer_to_an_unfinished_upload_arrives(self):
        def early(call):
            call.answer(200, b"enough", "Connection: close\r\n")
            call.until_closed()
        self.origin.on("/enough", early)
        with self.proxy.connect() as client:
            client.send(b"POST /enough HTTP/1.1\r\nHost: conformance.test\r\n"
                        b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
            answer = client.answer()
            self.assertEqual((answer.status, answer.body, answer.whole), (200, b"enough", True))

    def test_rfc9110_15_6_3_no_connection_is_kept_whose_request_is_unfinished(self):
        def early(call):
            call.answer(200, b"enough")
            call.until_closed()
        self.origin.on("/unfinished", early)
        with self.proxy.connect() as client:
            client.send(b"POST /unfinished HTTP/1.1\r\nHost: conformance.test\r\nContent-Length: 10\r\n\r\nhello")
            self.assertEqual(client.answer().body, b"enough")
            served = self.origin.requests[-1].connection
            self.assertNotEqual(self.canary(), served)


if __name__ == "__main__":
    unittest.main()
