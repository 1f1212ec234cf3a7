# SPDX-License-Identifier: Apache-2.0
"""What is made from the command line: the pages are faultless, the completions complete, and the
reference in docs/ is what this program says."""

import difflib
import os
import tempfile
import unittest
from pathlib import Path

from tools import ROOT, need, run

PROGRAM = Path(os.environ["BANYAN_PROGRAM"])
REFERENCE = ROOT / "docs/reference/cli.md"


class Manual(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = Path(cls.temporary.name)
        run(PROGRAM, "manual", cls.folder, env=os.environ | {"SOURCE_DATE_EPOCH": "1764410000"})
        (cls.folder / "banyan.toml").write_text("[rollouts.catalog]\n  [rollouts.car_hire]\n# [rollouts.none]\n")
        cls.pages = sorted(cls.folder.glob("man/man?/*"))


class TheReference(Manual):
    def test_is_what_the_program_says(self):
        said = (self.folder / "cli.md").read_text().splitlines(keepends=True)
        written = REFERENCE.read_text().splitlines(keepends=True) if REFERENCE.exists() else []
        difference = "".join(difflib.unified_diff(written, said, "docs/reference/cli.md", "the program"))
        self.assertEqual(difference, "", f"\n{difference}\nIf the program is right, run: ./dev reference")

    def test_leaves_out_what_is_hidden(self):
        self.assertNotIn("## banyan manual", (self.folder / "cli.md").read_text())

    def test_a_folder_that_cannot_be_written_is_an_error_that_names_it(self):
        self.assertIn("/proc/manual", run(PROGRAM, "manual", "/proc/manual", expect=1))


class ThePages(Manual):
    def test_every_command_has_one(self):
        names = {page.stem for page in self.pages}
        for name in ("banyan", "banyan-shift", "banyan-schema", "banyan-schema-move", "banyan-new-app", "banyan-proxy"):
            self.assertIn(name, names)

    def test_say_what_help_says(self):
        page = (self.folder / "man/man1/banyan-shift.1").read_text()
        self.assertIn('.TH BANYAN\\-SHIFT 1 "2025-11-29"', page)
        self.assertIn("banyan\\-shift \\- send a percentage of a module's readers to the new side\n", page)
        self.assertIn("\\fB\\-\\-writes\\fR", page)
        self.assertIn("One of: new, old.", page)
        self.assertIn('.SH "EXAMPLES"\n.EX\nbanyan shift', page)

    def test_say_what_the_reader_of_the_configuration_knows(self):
        page = (self.folder / "man/man5/banyan.toml.5").read_text()
        self.assertIn('.SH "[upstreams.NAME]"', page)
        self.assertIn(".TP\n\\fBcontrol_store\\fR\n", page)

    def complaints_of_groff(self, page):
        return run("groff", "-ww", "-z", "-man", "-Kutf8", "-Tutf8", page)

    def test_groff_has_nothing_to_complain_about(self):
        need("groff")
        for page in self.pages:
            with self.subTest(page.name):
                self.assertEqual(self.complaints_of_groff(page), "")

    def test_mandoc_has_nothing_to_complain_about(self):
        need("mandoc")
        for page in self.pages:
            with self.subTest(page.name):
                self.assertEqual(run("mandoc", "-Tlint", "-Wwarning", page), "")

    def test_the_index_finds_their_names(self):
        need("lexgrog")
        for page in self.pages:
            with self.subTest(page.name):
                self.assertIn(f'"{page.stem} - ', run("lexgrog", page))

    def test_a_fault_is_noticed(self):
        need("groff", "mandoc")
        page = self.folder / "wrong.1"
        page.write_text('.TH WRONG 1 "2025-11-29" "" ""\n.SH NAME\nwrong \\- wrong\n.BOGUS\n\\fBno end\\*[nowhere]\n')
        self.assertIn("nowhere", self.complaints_of_groff(page))
        self.assertIn("BOGUS", run("mandoc", "-Tlint", "-Wwarning", page, expect=None))


class Completion(Manual):
    """One question to each shell: what can follow these words? The last one may be half typed."""

    def complete(self, *words):
        raise NotImplementedError

    def check(self):
        self.assertTrue({"status", "shift", "proxy", "new"} <= self.complete(""))
        self.assertEqual(self.complete("shi"), {"shift"})
        self.assertTrue({"app", "module"} <= self.complete("new", ""))
        self.assertEqual(self.complete("schema", "dec"), {"decouple"})
        self.assertEqual(self.complete("shift", "ca"), {"catalog", "car_hire"})
        self.assertEqual(self.complete("shift", "catalog", "25%", "--writes", ""), {"new", "old"})
        self.assertEqual(self.complete("shift", "--wr"), {"--writes"})
        self.assertEqual(self.complete("log", "--module", "cat"), {"catalog"})
        self.assertEqual(self.complete("proxy", "--config", "banyan.t"), {"banyan.toml"})
        # Those of the program are understood behind a command, too, and take their values along.
        self.assertEqual(self.complete("--url", "shift", "ba"), {"back"})
        self.assertEqual(self.complete("status", "--tok"), {"--token-file"})
        self.assertNotIn("manual", self.complete(""))
        self.assertEqual(self.complete("completion", "z"), {"zsh"})
        # Of files that are configurations the others are in the way.
        self.assertNotIn("cli.md", self.complete("check", ""))
        self.assertIn("banyan.toml", self.complete("check", ""))


class CompletionInBash(Completion):
    def complete(self, *words):
        script = ('source "$1"; shift; COMP_WORDS=(banyan "$@"); COMP_CWORD=$#; _banyan'
                  '\nprintf "%s\\n" "${COMPREPLY[@]}"')
        said = run("bash", "--norc", "-uc", script, "-", self.folder / "bash-completion/completions/banyan", *words,
                   cwd=self.folder)
        return set(said.split())

    def test_completes(self):
        self.check()


class CompletionInFish(Completion):
    def complete(self, *words):
        said = run("fish", "--no-config", "-c", 'source $argv[1]; complete -C "$argv[2]"',
                   self.folder / "fish/vendor_completions.d/banyan.fish", " ".join(["banyan", *words]), cwd=self.folder,
                   env=os.environ | {"HOME": str(self.folder)})
        return {line.split("\t")[0] for line in said.splitlines()}

    def test_completes(self):
        need("fish")
        self.check()


class CompletionInZsh(Completion):
    # A shell in a terminal of its own, in which compadd tells what it has found. Only the first one reads all of zsh's
    # functions, byte by byte: what it has found out lies in the folder for the others.
    SCRIPT = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PROMPT= RPROMPT=; cd ${(q)2}; fpath=(${(q)1} \$fpath); autoload -Uz compinit; compinit -u -d ${(q)2}/zcompdump"
zpty -w shell 'zstyle ":completion:*" list-separator ""; bindkey "^I" complete-word
compadd() {
  if (( ! ${@[(I)-[OAD]]} )); then
    local -a found; builtin compadd -O found "$@"
    print -rl -- $found >>$FOUND
  fi
  builtin compadd "$@"
}
finish() { print do""ne }; zle -N finish; bindkey "^G" finish
# Not before: what is typed earlier the terminal would take.
zle-line-init() { print rea""dy }; zle -N zle-line-init'
zpty -rm shell text '*ready*'
zpty -n -w shell "$3"$'\t\C-g'
zpty -rm shell text '*done*'
"""

    def complete(self, *words):
        found = self.folder / "found"
        found.write_text("")
        run("zsh", "-fc", self.SCRIPT, "-", self.folder / "zsh/vendor-completions", self.folder,
            " ".join(["banyan", *words]),
            env=os.environ | {"TERM": "dumb", "HOME": str(self.folder), "FOUND": str(found)})
        return set(found.read_text().split())

    def test_completes(self):
        need("zsh")
        self.check()


if __name__ == "__main__":
    unittest.main()
