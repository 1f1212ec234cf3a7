# SPDX-License-Identifier: Apache-2.0
"""What people do with the two applications. A journey takes the address of one, holds it to what it must do in any
case, and leaves behind what it was answered, to be compared."""

import base64
import hashlib
import json
import random
import re
import uuid
from urllib.parse import urlencode

from answers import HOST, Answer, Browser
from applications import PASSWORD, READER
from websocket import WebSocket

FORM = {"Content_Type": "application/x-www-form-urlencoded"}
LARGE = random.Random(7).randbytes(24 * 1024 * 1024)
BOUNDARY = uuid.UUID(int=7).hex


def multipart(fields: dict, name: str, file: str, content: bytes) -> tuple[bytes, dict]:
    parts = b"".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{each}"\r\n\r\n{value}\r\n'.encode()
        for each, value in fields.items())
    parts += (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
              "Content-Type: application/octet-stream\r\n\r\n").encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    return parts, {"Content_Type": f"multipart/form-data; boundary={BOUNDARY}"}


def in_pieces(content: bytes, size: int = 65536):
    """Sent in chunks, without a length."""
    return (content[i:i + size] for i in range(0, len(content), size))


def must(condition: bool, what: str, answer: Answer):
    if not condition:
        raise AssertionError(f"{what}: {answer.status} {answer.fields} {answer.body[:400]!r}")


def hidden(answer: Answer) -> dict:
    """The hidden fields of a page's forms; of several with a name the last one."""
    found = {}
    for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", answer.text):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            found[name[1]] = value[1] if value else ""
    return found


def wiki(address: str) -> list[tuple[str, Answer]]:
    ada = Browser(address)
    start = ada.ask("GET", "/start", Accept_Encoding="gzip")
    must(start.status == 200 and "Herons and" in start.text, "the start page", start)
    must(start.get("Content-Encoding") == "gzip", "the wiki compresses", start)
    ada.ask("HEAD", "/start")
    ada.ask("GET", "/there/is/no/such/page")

    # Signing in, with the token of the form; once with the wrong password.
    token = hidden(ada.ask("GET", "/start?do=login"))["sectok"]
    login = {"id": "start", "do": "login", "u": READER, "sectok": token}
    refused = ada.ask("POST", "/start?do=login", urlencode({**login, "p": "paper boat"}), **FORM)
    must(refused.status == 403 and 'class="error"' in refused.text, "the wrong password", refused)
    token = hidden(refused)["sectok"]
    signed_in = ada.ask("POST", "/start?do=login", urlencode({**login, "sectok": token, "p": PASSWORD}), **FORM)
    must(signed_in.status == 302 and signed_in.get("Location").startswith("http://wiki.example/"), "signed in", signed_in)
    must(any(name.startswith("DW") for name in ada.cookies), "the cookie of who is signed in", signed_in)
    must("Ada Vogel" in ada.ask("GET", "/start").text, "the page greets", signed_in)

    # Editing a page; without the token nothing is saved.
    form = ada.ask("GET", "/list?do=edit")
    must(form.status in (200, 404) and "wikitext" in form.text, "the form", form)
    page = {**{name: value for name, value in hidden(form).items() if name not in ("do", "q")},
            "wikitext": "====== List ======\n\nA heron, Grüße & <ümlauts>.\n", "summary": "first", "do[save]": "1"}
    forged = ada.ask("POST", "/list?do=edit", urlencode({**page, "sectok": "0" * 32}), **FORM)
    must(forged.status != 302, "a forged form", forged)
    saved = ada.ask("POST", "/list?do=edit", urlencode(page), **FORM)
    must(saved.status == 302 and saved.get("Location") == "http://wiki.example/list", "saved", saved)
    must("A heron, Grüße &amp; &lt;ümlauts&gt;." in ada.ask("GET", "/list").text, "the page", saved)
    ada.ask("GET", "/list?do=revisions")
    raw = ada.ask("GET", "/_export/raw/list")
    must(raw.text.strip() == page["wikitext"].strip(), "its source", raw)

    # Search, when the page is in the index; the feed; what pages are made of.
    ada.ask("GET", "/lib/exe/taskrunner.php?id=list")
    found = ada.ask_until(lambda answer: "search_fulltextresult" in answer.text, "/start?do=search&q=heron")
    must("search_fulltextresult" in found.text, "the search", found)
    ada.ask("GET", "/feed.php")
    ada.ask("GET", "/lib/exe/css.php?t=dokuwiki")           # fills the cache, which has a date of its own
    style = ada.ask("GET", "/lib/exe/css.php?t=dokuwiki", Accept_Encoding="gzip")
    must(style.status == 200 and style.get("ETag") != "", "the style sheet", style)
    again = ada.ask("GET", "/lib/exe/css.php?t=dokuwiki", If_None_Match=style.get("ETag"),
                    If_Modified_Since=style.get("Last-Modified"))
    must(again.status == 304 and not again.body, "not modified", again)

    # A file: up in one piece, and down whole, in part, and not at all.
    token = hidden(ada.ask("GET", "/list"))["sectok"]
    body, fields = multipart({"call": "mediaupload", "ns": "", "sectok": token}, "qqfile", "scans.zip", LARGE)
    uploaded = ada.ask("POST", "/lib/exe/ajax.php", body, **fields)
    must(json.loads(uploaded.text).get("success") is True, "the upload", uploaded)
    whole = ada.ask("GET", "/lib/exe/fetch.php?media=scans.zip")
    must(whole.body == LARGE, "the file", Answer(whole.status, whole.fields, b""))
    for asked in ("bytes=0-99", "bytes=1000000-1999999", "bytes=-100", "bytes=99999999-"):
        ada.ask("GET", "/lib/exe/fetch.php?media=scans.zip", Range=asked)
    part = ada.ask("GET", "/lib/exe/fetch.php?media=scans.zip", Range="bytes=1000-1999")
    must(part.status == 206 and part.body == LARGE[1000:2000], "a part", part)
    kept = ada.ask("GET", "/lib/exe/fetch.php?media=scans.zip", If_None_Match=whole.get("ETag"),
                   If_Modified_Since=whole.get("Last-Modified"))
    must(kept.status == 304, "what the browser has already", kept)

    # Pages that only users see, before and after signing out.
    must("12.50" in ada.ask("GET", "/_export/raw/desk:prices").text, "Ada is of the desk", kept)
    token = hidden(ada.ask("GET", "/start"))["sectok"]
    ada.ask("GET", f"/start?do=logout&sectok={token}")
    secret = ada.ask("GET", "/_export/raw/desk:prices")
    must("12.50" not in secret.text, "nobody else is", secret)
    ada.close()
    return ada.heard


def message(text: str) -> Answer:
    return Answer(101, [("Content-Type", "application/json")], text.encode())


def flows(address: str) -> list[tuple[str, Answer]]:
    ada = Browser(address)
    page = ada.ask("GET", "/editor/", Accept_Encoding="gzip")
    must(page.status == 200 and "Node-RED" in page.text, "the editor", page)
    must(ada.ask("GET", "/editor/flows").status == 401, "nobody has signed in", ada.heard[-1][1])
    moved = ada.ask("GET", "/old")
    must(moved.status == 301 and moved.get("Location") == f"http://{HOST}/list.txt", "the redirect", moved)
    must(ada.cookies == {"seen": "old"}, "its cookie", moved)
    ada.ask("GET", "/editor")

    # Signing in: a token that every request then says.
    login = {"client_id": "node-red-editor", "grant_type": "password", "scope": "*", "username": READER}
    refused = ada.ask("POST", "/editor/auth/token", urlencode({**login, "password": "paper boat"}), **FORM)
    must(refused.status in (400, 401, 403), "the wrong password", refused)
    token = json.loads(ada.ask("POST", "/editor/auth/token", urlencode({**login, "password": PASSWORD}), **FORM).text)
    said = {"Authorization": f"Bearer {token['access_token']}"}
    made = ada.ask("GET", "/editor/flows", Node_RED_API_Version="v2", **said)
    must(made.status == 200, "the flows", made)

    # An edit with the revision that it was made of, and once more with the same one: somebody else was quicker.
    edit = json.loads(made.text)
    edit["flows"].append({"id": "note", "type": "comment", "z": "shop", "name": "A heron, Grüße", "info": "", "x": 120, "y": 500,
                          "wires": []})
    how = {"Content_Type": "application/json", "Node_RED_API_Version": "v2", **said}
    saved = ada.ask("POST", "/editor/flows", json.dumps(edit), Node_RED_Deployment_Type="nodes", **how)
    must(saved.status == 200, "the edit", saved)
    edit["flows"][-1]["name"] = "An egret"
    late = ada.ask("POST", "/editor/flows", json.dumps(edit), Node_RED_Deployment_Type="nodes", **how)
    must(late.status == 409, "the edit that came too late", late)
    must("Grüße" in ada.ask("GET", "/editor/flows", **said).text, "what was saved", saved)

    # A file as it lies there: whole, compressed or not, in part, and not at all.
    whole = ada.ask("GET", "/list.txt", Accept_Encoding="gzip")
    must(whole.status == 200 and len(whole.body) > 1_000_000, "the list", Answer(whole.status, whole.fields, b""))
    must(ada.ask("HEAD", "/list.txt").status == 200, "its head", ada.heard[-1][1])
    for name, value in (("If_None_Match", whole.get("ETag")), ("If_Modified_Since", whole.get("Last-Modified"))):
        kept = ada.ask("GET", "/list.txt", **{name: value})
        must(kept.status == 304 and not kept.body, name, kept)
    for asked in ("bytes=0-99", "bytes=1000-999999", "bytes=-100", "bytes=99999999-", "bytes=0-1,5-9"):
        ada.ask("GET", "/list.txt", Range=asked)
    part = ada.ask("GET", "/list.txt", Range="bytes=2-6", If_Range=whole.get("ETag"))
    must(part.status == 206 and part.body == b"heron", "a part", part)
    must(ada.ask("GET", "/list.txt", Range="bytes=2-6", If_Range='"another"').status == 200, "of another", part)
    script = ada.ask("GET", "/editor/vendor/vendor.js", Accept_Encoding="gzip")
    must(script.status == 200, "the editor's script", Answer(script.status, script.fields, b""))

    # Large files up and down: with a length, and in chunks without one.
    body, fields = multipart({}, "file", "scans.bin", LARGE)
    digest = base64.b64encode(hashlib.sha256(LARGE).digest()).decode()
    for content in (body, in_pieces(body)):
        kept = ada.ask("POST", "/files", content, **fields)
        must(kept.status == 201 and json.loads(kept.text)["sha256"] == digest, "the upload", kept)
    down = ada.ask("GET", "/files")
    must(down.body == LARGE, "the download", Answer(down.status, down.fields, b""))

    # A WebSocket of the flows: in one piece, in many, and long.
    socket = WebSocket(address, "/talk", Host=HOST)
    must(socket.status == 101, "the socket", Answer(socket.status, list(socket.fields.items()), b""))
    for text, pieces in (("A heron, Grüße.", 1), ("A harbour, in pieces.", 4), ("heron " * 300_000, 1), ("x" * 70_000, 7)):
        socket.send(text, pieces)
        told = json.loads(socket.receive())
        must(told["heard"] == len(text) and told["first"] == text[:40], "the echo", message(json.dumps(told)))
        ada.heard.append((f"a message of {len(text)}", message(json.dumps(told))))
    must(socket.ping(b"still there?") == b"still there?", "ping", message(""))
    ada.heard.append(("the end", message(json.dumps(socket.close()))))

    # The editor's own, which wants the token in its first message and tells what is going on.
    editor = WebSocket(address, "/editor/comms", Host=HOST)
    editor.send(json.dumps({"auth": token["access_token"]}))
    ada.heard.append(("the editor's socket", message(editor.receive())))
    must(json.loads(ada.heard[-1][1].text) == {"auth": "ok"}, "the editor's socket", ada.heard[-1][1])
    editor.close()
    ada.ask("POST", "/editor/auth/revoke", json.dumps({"token": token["access_token"]}), **how)
    must(ada.ask("GET", "/editor/flows", **said).status == 401, "signed out", ada.heard[-1][1])
    ada.close()
    return ada.heard
