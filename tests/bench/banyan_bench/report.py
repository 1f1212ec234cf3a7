# SPDX-License-Identifier: Apache-2.0
"""Tables on the screen, the same as JSON, and what went wrong on the way."""
import json
import statistics
import sys
from pathlib import Path


class Report:
    def __init__(self, head):
        self.results = {"machine": head}
        self.problems = []

    def heading(self, text):
        print(f"== {text}\n", flush=True)

    def say(self, text=""):
        print(text, flush=True)

    def problem(self, text):
        if text not in self.problems:
            self.problems.append(text)

    def keep(self, part, value):
        self.results[part] = value

    def table(self, rows):
        """The first row is the head; numbers are to the right, what they belong to is to the left."""
        widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
        for row in rows:
            self.say("  " + "  ".join(str(cell).ljust(width) if i == 0 else str(cell).rjust(width)
                                      for i, (cell, width) in enumerate(zip(row, widths))))
        self.say()

    def finish(self, file):
        """The exit code."""
        if file:
            self.results["problems"] = self.problems
            Path(file).write_text(json.dumps(self.results, indent=2) + "\n")
            self.say(f"all figures: {file}")
        for problem in self.problems:
            print(f"bench: {problem}", file=sys.stderr)
        return 1 if self.problems else 0


def median(values):
    return statistics.median(values)


def spread(values, digits=1):
    return f"{median(values):.{digits}f} ({min(values):.{digits}f} … {max(values):.{digits}f})"


def ratio(ours, theirs):
    """Of figures that were measured in the same rounds: what disturbed a round disturbed both."""
    return median([mine / other for mine, other in zip(ours, theirs) if other])


def bytes_text(count):
    return f"{count / 2**20:.1f} MiB" if abs(count) >= 2**20 else f"{count / 1024:.1f} KiB"
