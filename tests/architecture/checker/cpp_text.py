# SPDX-License-Identifier: Apache-2.0
"""Just enough of C++'s lexical rules to tell code, comments and string literals apart."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    (?P<comment>//(?:[^\n\\]|\\.|\\\n)*|/\*.*?\*/)
  | (?:u8|[uUL])?R"(?P<tag>[^\s()\\]{0,16})\((?P<raw>.*?)\)(?P=tag)"
  | (?:u8|[uUL])?"(?P<string>(?:[^"\\\n]|\\.)*)"
  | (?P<number>\d(?:'?[\w.])*)
  | '(?:[^'\\\n]|\\.)+'
""",
    re.DOTALL | re.VERBOSE,
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include(?:_next)?[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)


@dataclass(frozen=True)
class Include:
    line: int
    spec: str
    quoted: bool


def _blank(text: str) -> str:
    """The same lines and columns with nothing on them."""
    return re.sub(r"[^\n]", " ", text)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def includes(text: str) -> list[Include]:
    """The include directives outside comments."""
    code = _TOKEN.sub(lambda m: _blank(m[0]) if m["comment"] else m[0], text)
    return [
        Include(_line(code, m.start()), m[1] or m[2], m[1] is not None)
        for m in _INCLUDE.finditer(code)
    ]


def code_only(text: str) -> str:
    """The text with comments, string and character literals blanked out."""
    return _TOKEN.sub(lambda m: m[0] if m["number"] else _blank(m[0]), text)


def string_literals(text: str) -> list[tuple[int, str]]:
    """(line, value) of each literal; adjacent literals are one, as they are to the compiler."""
    found: list[tuple[int, str]] = []
    end_of_last = None
    for match in _TOKEN.finditer(text):
        raw, string = match["raw"], match["string"]
        if match["comment"]:
            if end_of_last is not None and not text[end_of_last:match.start()].strip():
                end_of_last = match.end()
            continue
        if raw is None and string is None:
            continue
        value = raw if raw is not None else string.replace("\\n", "\n").replace('\\"', '"')
        if end_of_last is not None and not text[end_of_last:match.start()].strip():
            line, before = found[-1]
            found[-1] = (line, before + value)
        else:
            found.append((_line(text, match.start()), value))
        end_of_last = match.end()
    return found
