# SPDX-License-Identifier: Apache-2.0
"""Hostile answers: the client gets 502, or sees that its answer is cut, and no connection that is out
of step serves anybody else."""

import unittest

from harness import case, corpus, known
from harness.wire import Cut, read_answer


def hostile(call, attack, served):
    call.body()
    # Before the answer: who has it looks into this list.
    served.append(call)
    call.send(corpus.to_bytes(attack["bytes"]))
    end = attack.get("end", "keep")
    if end == "close":
        call.close()
    elif end == "reset":
        call.reset()


class HostileAnswer(case.ProxyTest):
    def check(self, attack):
        served = []
        self.origin.on("/hostile", lambda call: hostile(call, attack, served))
        method = attack.get("method", "GET")
        with self.proxy.connect() as client:
            client.ask("/hostile", method=method, fields=attack.get("request", ""))
            self.check_answer(client, method, attack)
        used = {call.request.connection for call in served}
        if attack.get("reused"):
            self.assertIn(self.canary(), used, "a sound connection is not used again")
        else:
            for _ in range(2):
                self.assertNotIn(self.canary(), used, "a connection that is out of step is used again")

    def check_answer(self, client, method, attack):
        due = attack["answer"]
        try:
            answer = read_answer(client, method)
        except Cut:
            self.assertTrue(due.get("cut"), "cut without an answer")
            return
        if due.get("cut"):
            self.assertFalse(answer.whole and answer.status == 200, f"{answer.body!r} looks complete")
            return
        if due["status"] == 502:
            self.check_problem(answer, 502)
        else:
            self.assertTrue(answer.whole)
            self.assertEqual(answer.status, due["status"], answer.body)
            self.assertEqual(answer.body, due["body"].encode("latin-1"))
            interim = [each.status for each in answer.interim if each.status != 100]
            self.assertEqual(interim, attack.get("interim", []))
        for name in attack.get("lacks", ()):
            self.assertEqual(answer.fields.all(name), [], name)
        for name, value in attack.get("has", ()):
            self.assertEqual(answer.fields.all(name), [value], name)
        if "trailers" in attack:
            self.assertEqual([list(each) for each in answer.trailers], attack["trailers"])
        # The client's connection serves on, or says that it does not.
        if "close" not in answer.fields.tokens("Connection"):
            client.ask("/canary/same")
            self.check_echo(client.answer(), "GET", "/canary/same")

    def check_late(self, attack, path, at_rest=True):
        """Bytes come on a kept connection, and a request for it, both before the proxy looks: it is
        held meanwhile. `path` leads to a route that reads or to one that writes."""
        served = []
        self.origin.on("/hostile", lambda call: hostile(call, attack, served))
        with self.proxy.connect() as first, self.proxy.connect() as second:
            second.ask(f"{path}/before")
            self.check_echo(second.answer(), "GET", f"{path}/before")
            first.ask("/hostile")
            self.check_answer(first, "GET", attack)
            if at_rest:
                self.proxy.metric("banyan_routes_generation")
            self.proxy.hold()
            try:
                second.ask(f"{path}/after")
                served[-1].send(corpus.to_bytes(attack["late"]))
            finally:
                self.proxy.go_on()
            self.check_echo(second.answer(), "GET", f"{path}/after")
        self.assertNotEqual(self.canary(), served[-1].request.connection)

    def check_late_often(self, attack):
        """The client has all of its answer a moment before the upstream connection is kept; and what may
        not be repeated is looked at before it is sent. So this is a matter of timing."""
        for _ in range(200):
            self.check_late(attack, "/canary", at_rest=False)


def tests():
    for attack in corpus.cases("responses.jsonl"):
        if "late" not in attack:
            yield attack["id"], lambda self, attack=attack: self.check(attack)
        else:
            yield attack["id"], lambda self, attack=attack: self.check_late(attack, "/read/canary")
        if attack["id"] == "late-answer":
            yield "late-answer-often", lambda self, attack=attack: self.check_late_often(attack)


HostileAnswers = known.mark(case.make(__name__, "HostileAnswers", HostileAnswer, tests()))

if __name__ == "__main__":
    unittest.main()
