# SPDX-License-Identifier: Apache-2.0
"""What a learner does with ./dev lab, and that nothing of his is lost."""
import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import unittest
import unittest.mock

from lab_course import RUNNER, LabTest


class Listing(LabTest):
    def test_the_list_names_every_lab_with_minutes_needs_and_how_far_it_is(self):
        self.assertRegex(self.dev_lab(), r"1  Counting +5 min\n +2  Words +5 min  needs 1\n")
        self.dev_lab(1, "start")
        self.assertRegex(self.dev_lab(), r"1  Counting +5 min +begun\n")
        self.solve_by_hand()
        self.dev_lab(1, "check")
        self.assertRegex(self.dev_lab(), r"1  Counting +5 min +held\n")
        self.assertSays("held: all claims have held, and a question is open", self.dev_lab())
        self.assertSays("Next: ./dev lab 1 ask", self.dev_lab())
        self.dev_lab(1, "ask", "q1", "a")
        self.assertRegex(self.dev_lab(), r"1  Counting +5 min +done\n")
        self.assertNotIn("held", self.dev_lab())
        self.assertSays("Next: ./dev lab 2 start", self.dev_lab())

    def test_labs_that_are_to_come_are_listed_with_what_they_show(self):
        self.assertNotIn("To come", self.dev_lab())
        (self.root / "labs/coming.toml").write_text('[[lab]]\nnumber = 3\ntitle = "Sentences"\ninsight = "words in a row"\n'
                                                    'minutes = 5\nshows = "a grammar"\n')
        self.assertSays("To come, with what they will show: 3 Sentences: a grammar", self.dev_lab())
        self.assertSays("lab 3, Sentences, is to come, and will show a grammar. Labs that are there: 1, 2", self.dev_lab(3, expect=2))
        with (self.root / "labs/coming.toml").open("a") as file:
            file.write('there = "The words: docs/words.md"\n')
        self.assertSays("3 Sentences: a grammar. There already: The words: docs/words.md", self.dev_lab())
        self.assertSays("There already: The words: docs/words.md. Labs that are there: 1, 2", self.dev_lab(3, expect=2))

    def test_what_is_done_stays_done_when_it_is_red_later(self):
        self.dev_lab(1, "start")
        self.solve_by_hand()
        self.dev_lab(1, "check")
        self.dev_lab(1, "ask", "q1", "a")
        self.dev_lab(1, "reset")
        self.dev_lab(1, "check", expect=1)
        self.assertRegex(self.dev_lab(), r"1  Counting +5 min +done\n")

    def test_without_a_command_it_says_where_the_learner_is_and_what_comes_next(self):
        self.assertSays("Next: ./dev lab 1 start", self.dev_lab(1))
        self.dev_lab(1, "start")
        self.assertSays("Next: ./dev lab 1 check", self.dev_lab(1))
        self.dev_lab(1, "check", expect=1)
        self.assertSays("Next: ./dev lab 1 hint", self.dev_lab(1))
        self.solve_by_hand()
        self.assertSays("Changed since the last check", self.dev_lab(1))
        self.dev_lab(1, "check")
        self.assertSays("Next: ./dev lab 1 ask", self.dev_lab(1))

    def test_who_is_stopped_ends_what_he_has_started_and_the_lab_says_that_it_was_not_built(self):
        built = self.root / "building"
        self.edit_course("labs/01-counting/lab.toml", 'command = ["g++", "-O0", "-o", "sum", "src/sum.cpp"]',
                         f"""command = ["sh", "-c", 'echo $$ > {built}; exec sleep 600']""")
        with subprocess.Popen([sys.executable, RUNNER, "1", "start"], env=self.environment, cwd=self.root, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            deadline = time.monotonic() + 60
            while not (built.is_file() and built.read_text().strip()) and time.monotonic() < deadline:
                time.sleep(0.02)
            process.terminate()
            self.assertSays("stopped; nothing of yours is lost", process.communicate()[0])
            self.assertEqual(process.returncode, 130)
        builder = int(built.read_text())
        while os.path.exists(f"/proc/{builder}") and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertFalse(os.path.exists(f"/proc/{builder}"), "the build goes on alone")
        self.assertSays("Begun, and not built to the end", self.dev_lab(1))
        self.edit_course("labs/01-counting/lab.toml", "exec sleep 600", "g++ -o sum src/sum.cpp")
        self.assertSays("Building the rest", self.dev_lab(1, "start"))
        self.assertSays("Not checked yet", self.dev_lab(1))

    def test_lines_have_sixty_columns(self):
        self.dev_lab(1, "start")
        for words in ((), (1,), (1, "hint"), ("help",), (1, "ask"), (9,), (1, "check")):
            for line in self.dev_lab(*words, expect=None).splitlines():
                self.assertLessEqual(len(line), 60, line)

    def test_the_first_word_comes_before_the_verdict(self):
        self.dev_lab(1, "start")
        heard = self.root / "heard"
        self.edit_course("labs/01-counting/check.py", "    for n, expected in",
                         f"    import pathlib, time\n    while not pathlib.Path({str(heard)!r}).exists():\n"
                         "        time.sleep(0.02)\n    for n, expected in")
        with subprocess.Popen([sys.executable, RUNNER, "1", "check"], env=self.environment, stdout=subprocess.PIPE,
                              text=True) as process:
            self.assertIn("Lab 1", process.stdout.readline())
            heard.touch()  # a head that waits for the verdict is never heard, and the check's time is over
            self.assertNotIn("is not done", process.stdout.read())


class Checking(LabTest):
    def setUp(self):
        super().setUp()
        self.dev_lab(1, "start")

    def test_the_start_is_not_there_yet_and_the_first_failure_is_told_in_full(self):
        said = self.dev_lab(1, "check", expect=1)
        self.assertSays("holds    the sum is right (1 … 100 is 5050)", said)
        self.assertSays("not yet  a sum takes one step", said)
        for line in ("did    added up 1 … 100", "saw    100 steps", "expect 1", "why    it is a loop",
                     "look   src/sum.cpp, main()", "next   ./dev lab 1 hint"):
            self.assertIn("    " + line, said)

    def test_a_claim_that_needs_another_waits_and_is_one_line(self):
        self.source.write_text(self.source.read_text().replace("sum += i", "sum += 1"))
        said = self.dev_lab(1, "check", expect=1)
        self.assertRegex(said, r"waits    a sum takes one step, however long it is \(needs\n           the line above\)")
        self.assertEqual(said.count("    did "), 1)

    def test_a_solution_holds_and_again_says_the_same(self):
        self.solve_by_hand()
        first = self.dev_lab(1, "check")
        self.assertSays("All of it holds", first)
        self.assertEqual(self.dev_lab(1, "check"), first)

    def test_what_does_not_compile_is_told_in_plain_words_with_exit_code_3(self):
        self.source.write_text(self.source.read_text().replace("long sum = 0;", ""))
        said = self.dev_lab(1, "check", expect=3)
        self.assertSays("src/sum.cpp, line 9:", said)
        self.assertSays("Nothing here is called sum.", said)
        self.assertSays("The whole log: ", said)

    def test_a_program_that_crashes_is_not_there_yet(self):
        self.source.write_text(self.source.read_text().replace("long sum = 0;", "long sum = 0; std::abort();"))
        said = self.dev_lab(1, "check", expect=1)
        self.assertSays("it was ended by SIGABRT", said)

    def test_a_program_that_does_not_end_is_out_of_time_with_exit_code_4(self):
        self.source.write_text(self.source.read_text().replace("long sum = 0;", "long sum = 0; for (;;) {}"))
        self.assertSays("did not end", self.dev_lab(1, "check", expect=4))

    def test_a_file_that_was_deleted_is_judged_as_empty_and_comes_back(self):
        self.source.unlink()
        self.dev_lab(1, "check", expect=3)
        self.dev_lab(1, "reset")
        self.assertTrue(self.source.is_file())

    def test_other_files_are_judged_as_the_course_has_them_and_that_is_said(self):
        (self.lab / "src/notes.txt").write_text("mine")
        self.solve_by_hand()
        self.assertSays("changed src/notes.txt. The check uses its own copy", self.dev_lab(1, "check"))

    def test_the_document_has_every_claim_and_the_explanation(self):
        document = json.loads(self.dev_lab(1, "check", "--json", expect=1))
        self.assertEqual((document["version"], document["lab"], document["status"]), (1, 1, "fail"))
        self.assertEqual([each["holds"] for each in document["claims"]], [True, False])
        self.assertEqual(document["claims"][1]["saw"], "100 steps")
        self.source.write_text("nonsense")
        document = json.loads(self.dev_lab(1, "check", "--json", expect=3))
        self.assertEqual(document["status"], "fail")
        self.assertSays("src/sum.cpp, line 1", document["problem"])


class CannotTell(LabTest):
    """A check that measures, on a machine that is busy: nobody's fault, and no verdict."""

    def setUp(self):
        super().setUp()
        self.edit_course("labs/02-words/check.py", "import Bench,", "import Bench, CannotTell,")
        self.edit_course("labs/02-words/check.py", "    if text.islower():",
                         "    if 'perhaps' in text:\n        return CannotTell('read it twice', 'now this, now that')\n    if text.islower():")
        self.dev_lab(2, "start")
        self.words = self.root / "lab/02/words.txt"

    def test_has_its_own_word_and_exit_code_and_says_what_to_do(self):
        self.words.write_text("perhaps")
        said = self.dev_lab(2, "check", expect=6)
        self.assertSays("cannot tell  it is in small letters", said)
        self.assertSays("saw now this, now that", said)
        self.assertSays("Nothing here is against you, and nothing is proven: small cannot be told, for the reason above", said)
        self.assertNotIn("not yet", said)
        self.assertNotIn("All of it holds", said)

    def test_each_that_cannot_be_told_has_a_reason_of_its_own(self):
        self.edit_course("labs/02-words/lab.toml", 'needs = ["something"]', "needs = []")
        self.edit_course("labs/02-words/check.py", "    if bench.file(\"words.txt\").read_text().strip():",
                         "    if True:\n        return CannotTell('read it', 'nothing came', 'nobody was there to read it')\n    if bench:")
        self.edit_course("labs/02-words/check.py", "'now this, now that')", "'now this, now that', 'the ink is wet')")
        self.words.write_text("perhaps")
        said = self.dev_lab(2, "check", expect=6)
        self.assertSays("nobody was there to read it", said)
        self.assertSays("something cannot be told, for the reason above; small: the ink is wet. Once more", said)
        self.assertNotIn("windows", said)

    def test_is_neither_done_nor_a_matter_for_a_hint(self):
        self.words.write_text("perhaps")
        self.dev_lab(2, "check", expect=6)
        self.assertNotIn("done", self.state()["02"])
        self.assertSays("came to no verdict", self.dev_lab(2))
        self.assertSays("came to no verdict", self.dev_lab(2, "hint", expect=2))

    def test_is_a_status_of_its_own_in_the_document_and_in_a_grade(self):
        self.words.write_text("perhaps")
        for words in ((2, "check", "--json"), ("grade", "--json", "-", "lab/02")):
            document = json.loads(self.dev_lab(*words, expect=6))
            document = document[0] if isinstance(document, list) else document
            self.assertEqual(document["status"], "cannot_tell")
            self.assertEqual([each["verdict"] for each in document["claims"]], ["holds", "cannot_tell"])
            self.assertEqual([each["holds"] for each in document["claims"]], [True, None])

    def test_what_does_not_hold_counts_before_it(self):
        self.edit_course("labs/02-words/check.py", "    if bench.file(\"words.txt\").read_text().strip():",
                         "    if bench.file(\"words.txt\").read_text().startswith(\"say\"):")
        self.edit_course("labs/02-words/lab.toml", 'needs = ["something"]', "needs = []")
        self.words.write_text("perhaps")
        document = json.loads(self.dev_lab(2, "check", "--json", expect=1))
        self.assertEqual(document["status"], "fail")
        self.assertSays("Write a word.", self.dev_lab(2, "hint"))


class OutOfTime(LabTest):
    """A check that has had all of its time: what is said depends on whether the machine is busy."""

    def verdicts(self, busy, measured, claims=("something", "small")):
        sys.path.insert(0, str(RUNNER))
        self.addCleanup(sys.path.remove, str(RUNNER))
        from lab import judge
        from lab.course import Course
        from lab.variants import Variants
        lab = Course(self.root).lab(2)
        lab.limit = 0.5
        for each in lab.claims:
            each.measured, each.needs = measured, [] if each.id == claims[0] else [claims[0]]
        (self.root / "labs/02-words/check.py").write_text("import time\nwhile True:\n    time.sleep(0.01)\n")
        with unittest.mock.patch.object(judge, "busy", lambda: busy):
            return judge.Judge(Course(self.root), lab, self.root / "judged").judge(Variants(Course(self.root), lab).start(), 1)

    def test_on_a_busy_machine_what_is_measured_cannot_be_told_and_what_needs_it_waits(self):
        verdicts = self.verdicts(busy=2.0, measured=True)
        self.assertEqual([each.word for each in verdicts], ["cannot_tell", "waits"])
        self.assertSays("Nothing here is against you", verdicts[0].said["why"])
        self.assertSays("they were not all done after", verdicts[0].said["saw"])

    def test_elsewhere_it_is_out_of_time_and_says_which_claim_and_what_was_computed(self):
        from_busy = self.refused(busy=2.0, measured=False)
        self.assertSays('the claim is "something is said". The machine is busy', from_busy)
        self.assertSays("could compute for 0 s", from_busy)

    def test_on_a_quiet_machine_something_does_not_end(self):
        for measured in (True, False):
            self.assertSays("The machine is not busy", self.refused(busy=1.0, measured=measured))

    def refused(self, **how):
        with self.assertRaises(Exception) as ending:
            self.verdicts(**how)
        self.assertEqual(ending.exception.code, 4)
        return str(ending.exception)

    def test_has_nothing_to_show_and_says_so(self):
        self.edit_course("labs/02-words/lab.toml", "edit = ", "limit_seconds = 0.3\nedit = ")
        self.edit_course("labs/02-words/check.py", "    text = bench", "    while True:\n        pass\n    text = bench")
        self.dev_lab(2, "start")
        self.assertSays('the claim is "it is in small letters"', self.dev_lab(2, "check", expect=4))
        self.assertSays("was not done, so nothing was counted: ./dev lab 2 check", self.dev_lab(2, "show", expect=2))


class WhatWasCounted(LabTest):
    def setUp(self):
        super().setUp()
        self.edit_course("labs/02-words/check.py", "import Bench,", "import columns, Bench,")
        self.edit_course("labs/02-words/check.py", "    if text.islower():",
                         "    table = columns(('word', 'letters', 'which'), (text, len(text), ' '.join(text * 9)))\n    if text.islower():")
        self.edit_course("labs/02-words/check.py", "return Holds(text)", "return Holds(text, table)")
        self.edit_course("labs/02-words/check.py", '"capitals shout")', '"capitals shout", shown=table)')
        self.dev_lab(2, "start")
        self.words = self.root / "lab/02/words.txt"

    def test_is_a_table_that_the_check_names_and_a_command_shows_whether_it_holds_or_not(self):
        for word, code in (("Hello", 1), ("hello", 0)):
            self.words.write_text(word)
            self.assertIn("What was counted: ./dev lab 2 show\n", self.dev_lab(2, "check", expect=code))
            said = self.dev_lab(2, "show")
            self.assertIn(f"it is in small letters\n\nword   letters  which\n{word}        5  {word[0]} e l l o", said)
            for line in said.splitlines():
                self.assertLessEqual(len(line), 60, line)

    def test_is_in_the_document_and_in_no_explanation(self):
        document = json.loads(self.dev_lab(2, "check", "--json", expect=1))
        self.assertEqual(document["claims"][1]["shown"][0], "word   letters  which")
        self.assertNotIn("shown", document["claims"][0])
        self.assertNotIn("letters  which", self.dev_lab(2, "check", expect=1))

    def test_is_said_to_be_of_before_when_something_has_changed(self):
        self.dev_lab(2, "check", expect=1)
        self.words.write_text("hello")
        self.assertSays("You have changed something since that check", self.dev_lab(2, "show"))

    def test_needs_a_check_and_one_without_a_table_says_so(self):
        self.assertSays("./dev lab 2 check", self.dev_lab(2, "show", expect=2))
        self.words.write_text("")
        self.assertNotIn("What was counted", self.dev_lab(2, "check", expect=1))
        self.assertSays("has said all that it has counted", self.dev_lab(2, "show"))


class Usage(LabTest):
    def test_what_there_is_not_is_refused_with_exit_code_2_and_a_way_on(self):
        for words, answer in (((9,), "there is no lab 9 yet. There are: 1, 2"), (("nonsense",), "./dev lab help"),
                              ((1, "win"), "a lab has no 'win'"), ((1, "check"), "./dev lab 1 start"),
                              ((1, "check", "--fast"), "--fast"), ((1, "hint", "3"), "'3'"),
                              (("grade",), "needs folders"), ((1, "ask", "p9", "a"), "no question p9")):
            self.assertSays(answer, self.dev_lab(*words, expect=2), words)

    def test_help_is_no_mistake(self):
        self.assertSays("Exit codes", self.dev_lab("help"))
        self.assertSays("Exit codes", self.dev_lab(1, "check", "--help"))

    def test_the_doctor_says_what_is_there(self):
        said = self.dev_lab("doctor", expect=None)
        self.assertSays("holds    Python 3.11", said)
        for what in ("libpoco-dev", "libsoci-dev", "libboost1.81-dev", "libsqlite3-dev", "gcc", "nm", "c++filt", "g++ 12"):
            self.assertIn(what, said)

    def test_the_doctor_looks_for_all_that_a_build_installs(self):
        sys.path.insert(0, str(RUNNER))
        from lab import doctor
        packages = re.search(r'packages_build="([^"]*)"', (RUNNER.parents[1] / "dev").read_text())[1].split()
        looked_for = {**doctor.PROGRAMS, **doctor.LEGACY, **doctor.MODULAR, **doctor.MODULAR_PROGRAMS, **doctor.FASTER}
        self.assertEqual(set(packages) - set(looked_for), set())

    def test_the_doctor_looks_at_memory(self):
        sys.path.insert(0, str(RUNNER))
        self.addCleanup(sys.path.remove, str(RUNNER))
        from lab import build, doctor
        from lab.course import Course
        for memory, says in ((1_400_000_000, "1400 MB are available"), (1_500_000_000, "holds 1.5 GB of memory"), (None, "")):
            told = io.StringIO()
            with unittest.mock.patch.object(doctor, "available_memory", lambda: memory), contextlib.redirect_stdout(told):
                doctor.doctor(Course(self.root))
            self.assertSays(says, told.getvalue())
            self.assertEqual("memory" in told.getvalue(), memory is not None)
        with unittest.mock.patch.object(build, "available_memory", lambda: 1_400_000_000):
            self.assertEqual(build.jobs(), 1)

    def test_a_library_that_is_missing_is_named_with_its_labs_and_how_to_get_it(self):
        programs = self.root / "programs"
        programs.mkdir()
        for name in ("git", "python3"):
            (programs / name).symlink_to(shutil.which(name))
        self.environment["PATH"] = str(programs)
        said = self.dev_lab("doctor", expect=1)
        self.assertSays("not yet  libraries of the legacy shop (labs 1 to 6, 8, 11, 18): libpoco-dev, libsqlite3-dev: missing are"
                        " libpoco-dev, libsqlite3-dev (./dev deps build)", said)


class Work(LabTest):
    """Nothing that a learner wrote is ever lost."""

    def setUp(self):
        super().setUp()
        self.dev_lab(1, "start")
        self.mine = self.source.read_text() + "// mine\n"

    def kept(self):
        """All texts of the file that some commit has."""
        return [self.git("show", f"{commit}:src/sum.cpp") for commit in self.git("rev-list", "--all").split()]

    def test_the_first_commit_is_the_start(self):
        first = self.git("rev-list", "--max-parents=0", "HEAD").strip()
        self.assertSays("++steps", self.git("show", f"{first}:src/sum.cpp"))

    def test_a_second_start_changes_nothing(self):
        self.source.write_text(self.mine)
        self.assertSays("nothing has been changed", self.dev_lab(1, "start"))
        self.assertEqual(self.source.read_text(), self.mine)

    def test_a_check_commits_first(self):
        self.source.write_text(self.mine)
        (self.lab / "new.txt").write_text("new")
        self.dev_lab(1, "check", expect=1)
        self.assertIn(self.mine, self.kept())
        self.assertIn("new.txt", self.git("ls-files"))

    def test_a_reset_keeps_what_was_there_and_says_how_to_get_it_back(self):
        self.source.write_text(self.mine)
        (self.lab / "new.txt").write_text("new")
        said = self.dev_lab(1, "reset")
        self.assertNotIn("// mine", self.source.read_text())
        self.assertFalse((self.lab / "new.txt").exists())
        self.assertIn(self.mine, self.kept())
        back = next(line.split() for line in said.splitlines() if " checkout " in line)
        subprocess.run(["git", "-C", self.lab, *back[3:]], check=True, capture_output=True)
        self.assertEqual(self.source.read_text(), self.mine)
        self.assertEqual((self.lab / "new.txt").read_text(), "new")

    def test_a_solution_leaves_the_learners_on_a_branch_and_marks_the_lab_as_seen(self):
        self.source.write_text(self.mine)
        said = self.dev_lab(1, "solve")
        self.assertSays("-  for (long i = 1", said)
        self.assertSays("+  const long sum = n * (n + 1) / 2;", said)
        self.assertEqual(self.git("show", "mine:src/sum.cpp"), self.mine)
        self.assertTrue(self.state()["01"]["seen"])
        self.source.write_text(self.mine + "// more\n")
        self.dev_lab(1, "solve")
        self.assertEqual(self.git("show", "mine-2:src/sum.cpp"), self.mine + "// more\n")
        self.dev_lab(1, "check")

    def test_a_repository_that_was_removed_comes_back_with_all_that_is_there(self):
        self.source.write_text(self.mine)
        shutil.rmtree(self.lab / ".git")
        self.assertSays("+// mine", self.dev_lab(1, "diff"))
        self.assertIn(self.mine, self.kept())

    def test_the_repository_around_is_never_touched(self):
        subprocess.run(["git", "init", "-q", self.root], check=True)
        shutil.rmtree(self.lab / ".git")
        self.dev_lab(1, "check", expect=1)
        listed = subprocess.run(["git", "-C", self.root, "rev-list", "--all"], capture_output=True, text=True, check=True)
        self.assertEqual(listed.stdout, "")

    def test_what_git_is_told_by_its_surroundings_does_not_count(self):
        self.environment |= {"GIT_DIR": str(self.root / "elsewhere"), "GIT_WORK_TREE": "/"}
        self.source.write_text(self.mine)
        self.assertSays("+// mine", self.dev_lab(1, "diff"))

    def test_without_its_repository_the_work_is_kept_in_a_new_one_and_found_as_told(self):
        self.source.write_text("mine\n")
        shutil.rmtree(self.lab / ".git")
        said = self.dev_lab(1, "reset")
        self.assertNotEqual(self.source.read_text(), "mine\n")
        kept = self.git("log", "--format=%h", "--all", "--grep=What was there").strip()
        self.assertIn(kept, said)
        self.git("checkout", kept, "--", ".")
        self.assertEqual(self.source.read_text(), "mine\n")

    def test_what_is_built_in_the_folder_is_neither_kept_nor_told_nor_removed(self):
        built = self.lab / "build/sum.o"
        built.parent.mkdir()
        built.write_text("an object")
        self.assertNotIn("build", self.dev_lab(1, "check", expect=1))
        self.dev_lab(1, "reset")
        self.assertTrue(built.is_file())
        self.assertNotIn("sum.o", self.git("log", "--all", "--name-only", "--format="))

    def test_a_folder_that_is_kept_elsewhere_is_not_written_into(self):
        elsewhere = self.root / "work"
        shutil.move(self.lab / "src", elsewhere)
        (self.lab / "src").symlink_to(elsewhere)
        (elsewhere / "sum.cpp").write_text("mine\n")
        self.dev_lab(1, "solve")
        self.assertEqual((elsewhere / "sum.cpp").read_text(), "mine\n")
        self.assertFalse((self.lab / "src").is_symlink())

    def test_what_another_terminal_has_answered_during_a_check_stays(self):
        sys.path.insert(0, str(RUNNER))
        from lab.state import State
        first, second = State(self.root / "lab"), State(self.root / "lab")
        second.of(1).setdefault("answers", {})["p1"] = "a"
        second.save()
        first.note_verdict(1, "files", 0, [])
        first.of(1).setdefault("answers", {})["p2"] = "b"
        first.save()
        self.assertEqual(self.state()["01"]["answers"], {"p1": "a", "p2": "b"})
        self.assertIn("done", self.state()["01"])

    def test_a_difference_is_told_from_the_start_on_also_after_checks(self):
        self.assertSays("Nothing differs", self.dev_lab(1, "diff"))
        self.source.write_text(self.mine)
        self.dev_lab(1, "check", expect=1)
        self.assertSays("+// mine", self.dev_lab(1, "diff"))

    def test_a_state_file_that_cannot_be_read_is_left_alone(self):
        file = self.root / "lab/state.json"
        file.write_text("{broken")
        self.assertSays("Move it away", self.dev_lab(expect=2))
        self.assertEqual(file.read_text(), "{broken")


class AProductThatChangesMeanwhile(LabTest):
    """Somebody pulls, or the teacher updates the course between two classes."""

    def setUp(self):
        super().setUp()
        self.header = self.root / "src/one.hpp"
        self.header.write_text("constexpr long kOne = 1;\n")
        self.dev_lab(1, "start")

    def solve_with_the_header(self):
        text = (self.root / "src/sum.cpp").read_text()
        self.source.write_text('#include "one.hpp"\n' + text.replace("steps = 1;", "steps = kOne;"))
        self.dev_lab(1, "check")
        self.dev_lab("grade", "lab/01")

    def test_is_judged_as_it_is_now_by_checks_and_by_grades(self):
        self.solve_with_the_header()
        self.header.write_text("constexpr long kOne = 2;\n")
        self.assertSays("saw 2 steps", self.dev_lab(1, "check", expect=1))
        self.assertSays("fail, 1 of 2 claims hold", self.dev_lab("grade", "lab/01", expect=1))

    def test_is_named_when_the_work_fits_it_no_more(self):
        self.solve_with_the_header()
        self.header.unlink()
        self.assertSays("The product has changed", self.dev_lab(1, "check", expect=3))

    def test_is_told_and_a_reset_begins_anew_from_there(self):
        self.assertNotIn("has changed since", self.dev_lab(1))
        self.header.unlink()
        self.edit_course("src/sum.cpp", "// Adds up", "// Sums up")
        self.assertSays("The product has changed", self.dev_lab(1))
        mine = self.source.read_text() + "// mine\n"
        self.source.write_text(mine)
        self.assertSays("as it is now", self.dev_lab(1, "reset"))
        self.assertTrue(self.source.read_text().startswith("// Sums up"))
        self.assertFalse((self.lab / "src/one.hpp").exists())
        self.assertNotIn("has changed since", self.dev_lab(1))
        self.assertSays("Nothing differs", self.dev_lab(1, "diff"))
        self.assertNotIn("Besides", self.dev_lab(1, "check", expect=1))
        self.assertIn("// mine", self.git("log", "-p", "--all"))


class HintsAndQuestions(LabTest):
    def setUp(self):
        super().setUp()
        self.dev_lab(1, "start")

    def test_hints_are_a_ladder_about_the_first_claim_that_does_not_hold(self):
        self.assertSays("./dev lab 1 check", self.dev_lab(1, "hint", expect=2))
        self.dev_lab(1, "check", expect=1)
        self.assertSays("Look at `src/sum.cpp`", self.dev_lab(1, "hint"))
        self.assertSays("Hint 2 of 4", self.dev_lab(1, "hint"))
        self.assertSays("all pairs", self.dev_lab(1, "hint"))
        self.assertSays("  const long sum = …;", self.dev_lab(1, "hint"))
        self.assertSays("./dev lab 1 solve", self.dev_lab(1, "hint"))
        self.assertEqual(self.state()["01"]["hints"], {"few_steps": 4})

    def test_when_all_holds_there_is_no_hint(self):
        self.solve_by_hand()
        self.dev_lab(1, "check")
        self.assertSays("ask", self.dev_lab(1, "hint"))

    def test_a_prediction_is_kept_as_it_was_first_and_compared_at_the_end(self):
        self.assertSays("p1  How many steps", self.dev_lab(1, "ask"))
        self.dev_lab(1, "ask", "p1", "a")
        self.dev_lab(1, "ask", "p1", "b")
        self.solve_by_hand()
        self.dev_lab(1, "check")
        said = self.dev_lab(1, "ask")
        self.assertSays("No: b) 100", said)
        self.assertSays("q1  And for 200, now?", said)

    def test_questions_wait_until_all_holds_and_the_last_answer_deletes_the_build(self):
        self.dev_lab(1, "ask", "q1", "a", expect=2)
        self.solve_by_hand()
        self.dev_lab(1, "check")
        self.assertSays("Yes. The formula", self.dev_lab(1, "ask", "q1", "a"))
        self.assertFalse((self.root / "lab/.judged/01/tree").exists())
        self.assertSays("All of it held at the last check of these files", self.dev_lab(1, "check"))
        self.assertFalse((self.root / "lab/.judged/01/tree").exists(), "what is done was built again")
        self.source.write_text(self.source.read_text() + "// again\n")
        self.assertSays("All of it holds", self.dev_lab(1, "check"))


class Grading(LabTest):
    def test_folders_of_others_are_judged_with_their_answers_and_hints(self):
        self.dev_lab(1, "start")
        self.dev_lab(1, "check", expect=1)
        self.dev_lab(1, "hint")
        out = self.root / "grades.json"
        said = self.dev_lab("grade", "--seed", 7, "--json", "grades.json", "lab/01", expect=1)
        self.assertSays("fail, 1 of 2 claims hold", said)
        [document] = json.loads(out.read_text())
        self.assertEqual((document["seed"], document["status"], document["hints"]), (7, "fail", {"few_steps": 1}))
        self.solve_by_hand()
        self.dev_lab("grade", "lab/01")

    def test_folders_are_always_a_list_and_ones_own_lab_is_one_document(self):
        self.dev_lab(1, "start")
        self.dev_lab(2, "start")
        for folders, labs in ((("lab/01",), [1]), (("lab/01", "lab/02"), [1, 2])):
            self.dev_lab("grade", "--json", "grades.json", *folders, expect=1)
            self.assertEqual([each["lab"] for each in json.loads((self.root / "grades.json").read_text())], labs)
        self.assertEqual(json.loads(self.dev_lab(1, "grade", "--json", expect=1))["lab"], 1)

    def test_where_the_course_is_broken_it_is_told_with_its_own_exit_code_and_why(self):
        self.dev_lab(1, "start")
        self.dev_lab(2, "start")
        self.edit_course("labs/01-counting/check.py", '["sum"]', '["total"]')
        said = self.dev_lab("grade", "lab/01", expect=5)
        self.assertSays("lab/01: error, 0 of 2 claims hold the check of lab 1 has failed itself, which is not your fault", said)
        self.assertSays("KeyError: 'total'", said)
        self.dev_lab(1, "grade", expect=5)
        self.dev_lab("grade", "lab/02", "lab/01", expect=5)  # whatever the others are
        said = self.dev_lab("grade", "--json", "-", "lab/01", expect=5)
        self.assertSays("lab/01: error", said)
        self.assertIn("KeyError: 'total'", json.loads(said[said.index("["):said.rindex("\n]") + 2])[0]["problem"])

    def test_what_does_not_compile_says_why_and_is_no_fault_of_the_course(self):
        self.dev_lab(1, "start")
        self.source.write_text("int main() { return no_such_thing; }\n")
        said = self.dev_lab("grade", "lab/01", expect=1)
        self.assertSays("fail, 0 of 2 claims hold", said)
        self.assertIn("no_such_thing", said)

    def test_what_does_not_end_scores_nothing(self):
        self.dev_lab(1, "start")
        self.source.write_text(self.source.read_text().replace("long sum = 0;", "long sum = 0; for (;;) {}"))
        document = json.loads(self.dev_lab(1, "grade", "--json", expect=1))
        self.assertEqual(document["status"], "timeout")
        self.assertEqual([each["holds"] for each in document["claims"]], [None, None])

    def test_a_learner_has_a_seed_of_his_own_which_nobody_guesses(self):
        self.dev_lab(1, "start")
        self.dev_lab("grade", "--learner", "ada", "lab/01", expect=2)
        self.environment["BANYAN_LAB_SECRET"] = "of the course"
        seeds = {name: json.loads(self.dev_lab("grade", "--learner", name, "--json", "-", "lab/01", expect=1))[0]["seed"]
                 for name in ("ada", "ben")}
        self.assertNotEqual(seeds["ada"], seeds["ben"])


if __name__ == "__main__":
    unittest.main()
