# SPDX-License-Identifier: Apache-2.0
"""A browser that keeps cookies, and answers that are compared by what they are: HTML by its tokens, JSON by its
values, anything else by its bytes. Only what a rule names may differ."""

import gzip
import http.client
import json
import re
import time
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookies import SimpleCookie

HOST = "wiki.example"

# What an intermediary may say, leave out or frame anew (RFC 9110 §7.6.1, RFC 9112 §6), and the clock.
HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "via", "x-request-id"}

# What a proxy with "visit" in `sticky` gives a new browser, in an answer that is for it alone: no application hears of
# it.
VISIT = "banyan_visit="

# What the applications make anew in every run: where it is, how it looks, what it is.
GENERATED = (
    (r"\b[0-9a-f]{32}\b", "token"),                         # CSRF tokens, session ids, hashes of caches
    (r"\b1[78]\d{8}\b", "seconds"),                         # when a page was saved, cache busters
    (r"\b20\d\d(-|\\?/)\d\d(-|\\?/)\d\d[ T]\d\d:\d\d(:\d\d)?([+-]\d\d:?\d\d|Z)?", "time"),
    (r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d (GMT|[+-]\d{4})", "time"),
    (r"\?v=[0-9a-f]{12}\b", "version"),                      # of the editor, made at its start
    (r"[A-Za-z0-9+/]{171}=", "token"),
    (r'(?<=-)[A-Za-z0-9+/]{27}(?=")', "digest"),            # in the ETag of a page with what is above
    (r"\b\d+ (second|minute)s? ago\b", "ago"),
)


def without_generated(text: str) -> str:
    for pattern, name in GENERATED:
        text = re.sub(pattern, f"‹{name}›", text)
    return text


def cookie(value: str) -> str:
    """A Set-Cookie without the value that the run has made; names of attributes are in any case (RFC 6265 §5.2)."""
    made, *attributes = value.split(";")
    parted = (each.strip().partition("=") for each in attributes)
    return "; ".join([made.split("=")[0], *sorted(
        f"{name.lower()}={without_generated(said)}" for name, _, said in parted)])


class Tokens(HTMLParser):
    """Tags with sorted attributes, and text."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, tuple(sorted((name, without_generated(value or "")) for name, value in attrs))))

    def handle_endtag(self, tag):
        self.found.append(("/" + tag,))

    def handle_data(self, data):
        if data.strip():
            self.found.append(without_generated(data.strip()))


@dataclass
class Answer:
    """One answer, as the browser had it."""
    status: int
    fields: list[tuple[str, str]]
    body: bytes

    def get(self, name: str) -> str:
        return next((value for each, value in self.fields if each.lower() == name.lower()), "")

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    def plain(self):
        """What is compared."""
        kind = self.get("Content-Type")
        if re.match(r"text/html|application/(rss|atom|xml|xhtml)|text/xml", kind):
            tokens = Tokens()
            tokens.feed(self.text)
            return tokens.found
        if kind.startswith("application/json"):
            return json.loads(without_generated(self.text))
        if kind.startswith("text/"):
            return without_generated(self.text)
        return self.body

    def begins_a_visit(self) -> bool:
        return any(name.lower() == "set-cookie" and value.startswith(VISIT) for name, value in self.fields)

    def heads(self) -> list[str]:
        kept = []
        begins = self.begins_a_visit()
        for name, value in self.fields:
            name = name.lower()
            if begins and (name, value) == ("cache-control", "private"):
                continue
            if name == "set-cookie" and value.startswith(VISIT):
                continue
            if name == "set-cookie":
                kept.append("set-cookie: " + cookie(value))
            elif name not in HOP:
                kept.append(f"{name}: {without_generated(value)}")
        return sorted(kept)


def differences(direct: Answer, proxied: Answer) -> list[str]:
    found = []
    if direct.status != proxied.status:
        found.append(f"status {direct.status} became {proxied.status}")
    lengths = {direct.get("Content-Length"), proxied.get("Content-Length")} - {""}
    if len(lengths) > 1:
        found.append(f"lengths {sorted(lengths)}")
    one, other = direct.heads(), proxied.heads()
    found += [f"lost {each}" for each in one if each not in other]
    found += [f"gained {each}" for each in other if each not in one]
    one, other = direct.plain(), proxied.plain()
    if one != other:
        if isinstance(one, list) and isinstance(other, list):
            at = next((i for i, pair in enumerate(zip(one, other)) if pair[0] != pair[1]), min(len(one), len(other)))
            found.append(f"token {at}: {one[at:at + 2]} became {other[at:at + 2]}")
        else:
            found.append(f"body: {str(one)[:200]!r} became {str(other)[:200]!r}")
    return found


class Browser:
    """Asks one address, always by the same name, and keeps cookies and what it was answered."""

    def __init__(self, address: str, **always: str):
        self.address = address
        self.always = always
        self.cookies: dict[str, str] = {}
        self.heard: list[tuple[str, Answer]] = []
        self._connection = http.client.HTTPConnection(address, timeout=60)

    def ask(self, method: str, target: str, body=None, **fields: str) -> Answer:
        said = {"Host": HOST, "User-Agent": "journey", **self.always,
                **{name.replace("_", "-"): value for name, value in fields.items()}}
        if self.cookies:
            said["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return self._keep(f"{method} {without_generated(target)}", self._asked(method, target, body, said))

    def ask_until(self, condition, target: str):
        """Asks again and again, and keeps the last answer only: for what an application does by and by."""
        until = time.monotonic() + 60
        while True:
            self.ask("GET", target)
            if condition(self.heard[-1][1]) or time.monotonic() > until:
                return self.heard[-1][1]
            self.heard.pop()
            time.sleep(0.05)

    def _keep(self, what: str, answer: Answer) -> Answer:
        self._keep_cookies(answer)
        self.heard.append((what, answer))
        return answer

    def _asked(self, method: str, target: str, body, said: dict) -> Answer:
        self._connection.request(method, target, body, said)
        response = self._connection.getresponse()
        content = response.read()
        answer = Answer(response.status, response.getheaders(), content)
        if answer.get("Content-Encoding") == "gzip":
            answer.body = gzip.decompress(content) if content else content
        return answer

    def _keep_cookies(self, answer: Answer):
        for name, value in answer.fields:
            if name.lower() == "set-cookie":
                for each, morsel in SimpleCookie(value).items():
                    if morsel.value == "deleted":
                        self.cookies.pop(each, None)
                    else:
                        self.cookies[each] = morsel.coded_value

    def close(self):
        self._connection.close()
