# SPDX-License-Identifier: Apache-2.0
"""The attack corpus against the proxy: what reaches the origin is what a strict reader finds, or nothing."""

import unittest

from harness import case, corpus, known
from harness.proxy import HOST, answered_by_the_application
from harness.wire import Answer, Cut, read_answer

SENTINEL = f"GET /sentinel HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()


def own(request):
    """Whether it is one of the harness's own."""
    return request.target == "/sentinel" or request.target.startswith("/canary/")


class Attack(case.ProxyTest):
    seen = 0  # requests that a test has accounted for

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.origin.close()
        late = sum(each.complete and not own(each) for each in cls.origin.requests) - cls.seen
        if late:
            raise AssertionError(f"{late} requests came to the origin after their test was over")

    def requests_since(self, mark):
        """What the origin received, the harness's own requests left out."""
        self.origin.settle()
        requests = self.origin.since(mark)
        seen = [each for each in requests if each.complete and not own(each)]
        type(self).seen += len(seen)
        for each in requests:
            self.assertEqual(each.malformed, "", each.raw)
        return seen

    def check_open(self, client):
        """The next request is read where the last one ended."""
        client.send(SENTINEL)
        self.check_echo(read_answer(client), "GET", "/sentinel")
        self.check_end(client)

    def check_only_refusals(self, client):
        """Up to the end of the connection there is nothing, or a refusal."""
        if not client.unread and not client.fill():
            return
        answer = Answer()
        try:
            answer = read_answer(client)
        except Cut:
            pass
        self.assertIn(answer.status, (0, 400, 408), answer.body)
        self.check_end(client)

    def check(self, attack):
        due = [(method, corpus.to_bytes(target).decode("latin-1"), corpus.to_bytes(body).decode("latin-1"))
               for method, target, body in attack["forwarded"]]
        if any(answered_by_the_application(target) for _, target, _ in due):
            self.skipTest("the application has a start page")
        mark = self.origin.mark()
        with self.proxy.connect() as client:
            client.send(corpus.to_bytes(attack["bytes"]))
            for method, target, body in due:
                self.check_echo(read_answer(client, method), method, target, body)
            if attack.get("stays_open"):
                self.check_problem(read_answer(client), *attack["refused"])
                self.check_open(client)
            elif "refused" in attack:
                self.check_refusal(client, *attack["refused"])
            elif attack.get("incomplete"):
                client.half_close()
                self.check_only_refusals(client)
            elif attack.get("closes"):
                self.check_end(client)
            else:
                self.check_open(client)
        self.canary()
        seen = self.requests_since(mark)
        self.assertEqual([each.what() for each in seen], due)
        if "trailers" in attack:
            self.assertEqual([[list(each) for each in request.trailers] for request in seen], [attack["trailers"]])
        for request in seen:
            for name in attack.get("lacks", ()):
                self.assertEqual(request.fields.all(name), [], name)
            for name, value in attack.get("has", ()):
                self.assertEqual(request.fields.all(name), [value], name)

    def check_llhttp(self, data, taken):
        """These say how many requests the strict parser takes, not what they are: that is what the
        parser's unit tests compare."""
        mark = self.origin.mark()
        with self.proxy.connect() as client:
            client.send(data)
            client.half_close()
            client.to_the_end()
        self.canary()
        self.assertLessEqual(len(self.requests_since(mark)), taken)


Attacks = known.mark(case.make(__name__, "Attacks", Attack, (
    (each["id"], lambda self, each=each: self.check(each)) for each in corpus.cases("requests.jsonl"))))
Llhttp = known.mark(case.make(__name__, "Llhttp", Attack, (
    (name, lambda self, data=data, taken=taken: self.check_llhttp(data, taken))
    for name, data, taken, _ in corpus.llhttp_cases())))

if __name__ == "__main__":
    unittest.main()
