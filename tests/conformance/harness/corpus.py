# SPDX-License-Identifier: Apache-2.0
"""Reads the files in data/; data/README.md says what stands in them."""

import base64
import json
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
LLHTTP = Path(__file__).parents[2] / "data" / "http"


def to_bytes(text):
    """Text of which each character is a byte, or a list of such texts and [text, times]."""
    if isinstance(text, list):
        return b"".join(to_bytes(part) if isinstance(part, str) else to_bytes(part[0]) * part[1] for part in text)
    return text.encode("latin-1")


def cases(name):
    with open(DATA / name, encoding="ascii") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def llhttp_cases():
    """The corpus that the parser's unit tests use: (id, bytes, requests taken, "-" or the refusal)."""
    expected = {}
    for line in (LLHTTP / "requests.expected.tsv").read_text().splitlines():
        if not line.startswith("#"):
            name, taken, refusal = line.split("\t")
            expected[name] = (int(taken), refusal)
    for line in (LLHTTP / "requests.jsonl").read_text().splitlines():
        case = json.loads(line)
        yield (case["id"], base64.b64decode(case["b64"]), *expected[case["id"]])
