# SPDX-License-Identifier: Apache-2.0
"""What is printed: words beside marks, 60 columns, the terminal's own colours, no tricks."""
import os
import sys
import textwrap

WIDTH = 60


def plain() -> bool:
    return bool(os.environ.get("NO_COLOR")) or not sys.stdout.isatty()


def bold(text: str) -> str:
    return text if plain() else f"\033[1m{text}\033[0m"


def say(text: str = "") -> None:
    """At once, also into a pipe."""
    print(text, flush=True)


def filled(text: str, indent: str = "", first: str | None = None) -> str:
    """Paragraphs of up to 60 columns. Lines that are indented are code, and stay as they are."""
    lines: list[str] = []
    paragraph: list[str] = []

    def end_paragraph():
        if paragraph:
            begin = first if first is not None and not lines else indent
            lines.extend(textwrap.wrap(" ".join(paragraph), WIDTH, initial_indent=begin, subsequent_indent=indent,
                                       break_long_words=False, break_on_hyphens=False))
            paragraph.clear()

    for line in text.strip("\n").splitlines():
        if line.startswith((" ", "\t")):
            end_paragraph()
            lines.append(indent + line)
        elif not line.strip():
            end_paragraph()
            lines.append("")
        else:
            paragraph.append(line.strip())
    end_paragraph()
    return "\n".join(lines)


def say_filled(text: str, indent: str = "", first: str | None = None) -> None:
    say(filled(text, indent, first))


def lines_filled(text: str) -> str:
    """Each line for itself."""
    return "\n".join(filled(line) if line.strip() else "" for line in text.splitlines())


def row(label: str, text: str) -> None:
    """A labelled part of an explanation: `    why  because …`."""
    say(filled(text, indent=" " * 11, first=f"    {label:<7}"))


def count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
