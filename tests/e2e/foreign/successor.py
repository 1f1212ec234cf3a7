#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Answers one read of the wiki in its place: /_export/raw/PAGE, the source of a page. It reads the wiki's pages and
its access rules; what not everybody may see, and what is no page, it leaves to the wiki, which knows who asks.

    successor.py --port 3001 --pages DATA/pages --acl CONF/acl.auth.php --wiki 127.0.0.1:3000

A stand-in for a module of Banyan's, in as few lines as will do."""

import argparse
import http.client
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

READ = 1


class Pages:
    def __init__(self, folder: Path, acl: Path, stripped: bool):
        self._folder, self._acl, self._stripped = folder, acl, stripped

    def name(self, asked: str) -> str | None:
        """As the wiki writes it: `Desk:Prices` is `desk:prices`. None for what this service does not understand."""
        name = asked.lower().replace(" ", "_")
        return name if re.fullmatch(r"[a-z0-9_:-]+(\.[a-z0-9_:-]+)*", name) else None

    def public(self, name: str) -> bool:
        """Whether @ALL may read it: of the rules that fit, the one of the innermost namespace."""
        rules = {line.split()[0]: int(line.split()[2])
                 for line in self._acl.read_text().splitlines() if re.match(r"\S+\s+@ALL\s+\d", line)}
        parts = name.split(":")
        fitting = [name, *(":".join([*parts[:depth], "*"]) for depth in range(len(parts) - 1, -1, -1))]
        return next((rules[each] for each in fitting if each in rules), 0) >= READ

    def source(self, name: str) -> bytes | None:
        try:
            source = (self._folder / (name.replace(":", "/") + ".txt")).read_bytes()
            return source.strip() if self._stripped else source
        except (FileNotFoundError, NotADirectoryError):
            return None


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "pages/1"
    pages: Pages
    wiki: str

    def do_GET(self):
        path = urlsplit(self.path).path
        if path == "/health":
            return self.say(200, [("Content-Type", "text/plain")], b"well\n")
        name = self.pages.name(unquote(path.removeprefix("/_export/raw/")))
        source = self.pages.source(name) if name and self.pages.public(name) else None
        if source is None:
            return self.leave_to_the_wiki()
        return self.say(200, [
            ("X-Robots-Tag", "noindex"), ("Cache-Control", "no-store, no-cache, must-revalidate"), ("Vary", "Cookie"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Disposition", f"attachment; filename={name.rsplit(':', 1)[-1]}.txt")], source)

    do_HEAD = do_GET

    def leave_to_the_wiki(self):
        asked = http.client.HTTPConnection(self.wiki, timeout=30)
        try:
            asked.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in ("connection", "keep-alive"):
                    asked.putheader(name, value)
            asked.endheaders()
            answer = asked.getresponse()
            self.say(answer.status, [
                each for each in answer.getheaders()
                if each[0].lower() not in ("connection", "transfer-encoding", "content-length", "date", "host")],
                     answer.read())
        finally:
            asked.close()

    def say(self, status: int, fields: list, body: bytes):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        """Nobody reads it."""


if __name__ == "__main__":
    words = argparse.ArgumentParser(description="answers /_export/raw/PAGE in the wiki's place")
    words.add_argument("--host", default="127.0.0.1")
    words.add_argument("--port", type=int, required=True)
    words.add_argument("--pages", type=Path, required=True)
    words.add_argument("--acl", type=Path, required=True)
    words.add_argument("--wiki", required=True)
    words.add_argument("--stripped", action="store_true", help="the first version: no line breaks at the end")
    said = words.parse_args()
    Service.pages, Service.wiki = Pages(said.pages, said.acl, said.stripped), said.wiki
    ThreadingHTTPServer.request_queue_size = 128
    ThreadingHTTPServer((said.host, said.port), Service).serve_forever()
