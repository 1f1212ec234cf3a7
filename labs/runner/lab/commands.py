# SPDX-License-Identifier: Apache-2.0
"""What a learner can do with a lab."""
import difflib
import json
from pathlib import Path

from . import questions
from .checking import CANNOT_TELL as CANNOT_BE_TOLD
from .course import HINTS, Course, Lab
from .faults import CANNOT_TELL, DOES_NOT_COMPILE, HOLDS, NOT_YET, OUT_OF_TIME, CourseFault, DoesNotCompile, Ending, OutOfTime, Usage
from .judge import Judge, Verdict, digest_of
from .report import Report, as_json, status_of
from .state import State, folder_of, now
from .tree import digest_of_tree
from .variants import Files, Variants
from .words import bold, count, filled, say, say_filled
from .workspace import Workspace

DEFAULT_SEED = 1


class Desk:
    """A learner at a lab."""

    def __init__(self, course: Course, lab: Lab, state: State):
        self.course, self.lab, self.state = course, lab, state
        self.place = Workspace(course, lab, folder_of(course) / lab.label)
        self.judge = Judge(course, lab, folder_of(course) / ".judged" / lab.label)
        self.memory = state.of(lab.number)

    def edited(self) -> Files:
        """The learner's editable files. One that he has deleted is empty for the judge."""
        files = {}
        for name in self.lab.edit:
            path = self.place.folder / name
            files[name] = path.read_text(errors="replace") if path.is_file() else ""
        return files

    def judged(self) -> Files:
        """All files that are another text than in the product: the start's, with the learner's over them."""
        return Variants(self.course, self.lab).start() | self.edited()

    def product(self) -> str:
        """A digest of the start as it would be made now."""
        return digest_of_tree(self.course, self.lab, Variants(self.course, self.lab).start())

    def is_done_with(self, files: Files) -> bool:
        """These files held, all questions are answered, and nothing has changed since: not worth a build of minutes."""
        verdict = self.memory.get("verdict") or {}
        return (self.lab.build is not None and not self.judge.tree.is_dir() and verdict.get("exit") == HOLDS
                and verdict.get("files") == digest_of(files) and not self.has_older_start())

    def has_older_start(self) -> bool:
        """Begun before the product, or the lab, was changed; also when the lab fits the product no more."""
        try:
            return self.memory.get("product") != self.product()
        except CourseFault:
            return True

    def older_start(self) -> str:
        return ("The product has changed since this folder was made, and the check is of the product as it is now. To"
                f" begin anew from there: ./dev lab {self.lab.number} reset (what you have is kept)")


def questions_open(lab: Lab, of_lab: dict) -> bool:
    return any(str(each) not in of_lab.get("answers", {}) for each in range(1, len(lab.questions) + 1))


def is_done(lab: Lab, of_lab: dict) -> bool:
    """All claims have held once, and all questions are answered."""
    return bool(of_lab.get("done")) and not questions_open(lab, of_lab)


def stand_of(lab: Lab, of_lab: dict) -> str:
    if of_lab.get("done"):
        return "done" if is_done(lab, of_lab) else "held"
    return "seen" if of_lab.get("seen") else "begun" if of_lab.get("started") else ""


def next_in(course: Course, state: State) -> str | None:
    """The first lab that is not done, and what there is to do in it."""
    for lab in course.labs():
        of_lab = state.labs.get(lab.label, {})
        if not is_done(lab, of_lab):
            held = (of_lab.get("verdict") or {}).get("exit") == HOLDS
            return f"./dev lab {lab.number}" + (" ask" if held else "" if of_lab.get("started") else " start")
    return None


def list_labs(course: Course, state: State) -> int:
    stands = []
    for lab in course.labs():
        stands.append(stand := stand_of(lab, state.labs.get(lab.label, {})))
        needs = "needs " + ", ".join(map(str, lab.needs)) if lab.needs else ""
        say(f"{lab.number:>3}  {lab.title:<27} {lab.minutes:>2} min  {needs:<13} {stand}".rstrip())
    if coming := course.coming():
        say()
        say("To come, with what they will show:")
        for each in coming:
            say_filled(f"{each.title}: {each.shows}" + (f". There already: {each.there}" if each.there else ""),
                       indent=" " * 5, first=f"{each.number:>3}  ")
    say()
    if "held" in stands:
        say_filled("held: all claims have held, and a question is open (./dev lab N ask).")
    if step := next_in(course, state):
        say(f"Next: {step}")
    say("What each is about: docs/labs/README.md")
    return HOLDS


def start(desk: Desk) -> int:
    lab = desk.lab
    say(bold(f"Lab {lab.number}  {lab.title}"))
    if desk.place.exists() and not_built(desk):
        say_filled(f"{desk.place.shown}/ is there already, and nothing has been changed in it. Building the rest …")
        build_once(desk)
        say_filled(f"Then: ./dev lab {lab.number} check")
        return HOLDS
    if desk.place.exists():
        say_filled(f"{desk.place.shown}/ is there already, and nothing has been changed in it. To begin anew:"
                   f" ./dev lab {lab.number} reset")
        return HOLDS
    say_filled(f"Insight: {lab.insight}.")
    missing = [each for each in lab.needs if not desk.state.labs.get(f"{each:02}", {}).get("done")
               and each in desk.course.numbers]
    if missing:
        say_filled("It stands on " + ", ".join(f"lab {each}" for each in missing) + ", which you have not done here."
                   " Nothing keeps you from beginning.")
    desk.place.create()
    desk.memory["started"] = now()
    desk.memory["product"] = desk.product()
    desk.state.save()
    say_filled(f"{desk.place.shown}/ is yours. You edit:")
    for file in lab.edit:
        say(f"    {file}")
    if lab.build is not None and desk.judge.recorded is None:
        say("building it once, so that each check is short …")
        build_once(desk)
    say()
    say("What do you expect? Two answers before you begin:")
    questions.show_predictions(lab, desk.memory)
    say()
    say_filled(f"The page of this lab: {lab.page}")
    say_filled(f"Then: ./dev lab {lab.number} check")
    return HOLDS


def build_once(desk: Desk) -> None:
    desk.judge.lay_out(desk.judged())
    desk.judge.build(lambda at: say(f"    {at}"))
    desk.memory["built"] = now()
    desk.state.save()


def not_built(desk: Desk) -> bool:
    """Begun, and stopped before it was built to the end."""
    return (desk.lab.build is not None and desk.judge.recorded is None and not desk.memory.get("built")
            and desk.memory.get("verdict") is None)


def where(desk: Desk) -> int:
    lab, memory = desk.lab, desk.memory
    say(bold(f"Lab {lab.number}  {lab.title}") + f"  ({lab.minutes} min)")
    say_filled(f"Insight: {lab.insight}.")
    say(f"Page: {lab.page}")
    if not desk.place.exists():
        say(f"Not begun. Next: ./dev lab {lab.number} start")
        return HOLDS
    desk.place.need()
    changed = [file for file in desk.place.changed() if file in lab.edit]
    say(f"Folder: {desk.place.shown}/")
    if desk.has_older_start():
        say_filled(desk.older_start())
    for file in lab.edit:
        say(f"    {file}" + ("  (changed)" if file in changed else ""))
    verdict = memory.get("verdict")
    if not_built(desk):
        say_filled(f"Begun, and not built to the end. Next: ./dev lab {lab.number} check, which builds the rest first")
    elif verdict is None:
        say(f"Not checked yet. Next: ./dev lab {lab.number} check")
    elif verdict["files"] != digest_of(desk.edited()):
        say(f"Changed since the last check. Next: ./dev lab {lab.number} check")
    elif verdict["exit"] == HOLDS:
        say("All claims hold." + (f" Next: ./dev lab {lab.number} ask" if questions_open(lab, memory) else " Done."))
    elif verdict["red"]:
        say_filled(f"Not yet: {lab.claim(verdict['red'][0]).text}")
        say(f"Next: ./dev lab {lab.number} hint")
    else:
        say(f"The last check came to no verdict. Next: ./dev lab {lab.number} check")
    return HOLDS


def check(desk: Desk, as_document: bool, seed: int = DEFAULT_SEED) -> int:
    lab = desk.lab
    report = Report(lab)
    if not as_document:
        report.head()
        say("  checking …")
    desk.place.need()
    desk.place.commit("Before a check")
    others = [file for file in desk.place.changed() if file not in lab.edit]
    if others and not as_document:
        say_filled("Besides the files of this lab you have changed " + ", ".join(others[:3])
                   + (" …" if len(others) > 3 else "") + ". The check uses its own copy of those.", indent="  ",
                   first="  ")
    files = desk.edited()
    if not as_document and desk.is_done_with(files):
        say_filled("All of it held at the last check of these files, and the lab is done, so its build is deleted. What you"
                   f" change is built and judged again; ./dev lab {lab.number} reset begins anew.")
        return HOLDS
    try:
        verdicts = desk.judge.judge(desk.judged(), seed, None if as_document else report.tell)
    except (DoesNotCompile, OutOfTime, CourseFault) as ending:
        if isinstance(ending, DoesNotCompile) and desk.has_older_start():
            ending.args = (f"{ending}\n{desk.older_start()}",)
        if not isinstance(ending, CourseFault):
            desk.state.note_verdict(lab.number, digest_of(files), ending.code, [])
        if not as_document:
            raise
        say(json.dumps(as_json(lab, status_of_ending(ending), seed, [], str(ending)), indent=2, ensure_ascii=False))
        return ending.code
    status = status_of(verdicts)
    code = {"pass": HOLDS, "fail": NOT_YET, "cannot_tell": CANNOT_TELL}[status]
    # A hint is about the first of these: where nobody can tell, there is none.
    red = [each.claim.id for each in verdicts if each.holds is False] if code == NOT_YET else []
    shown = [{"claim": each.claim.text, "lines": each.shown} for each in verdicts if each.shown]
    desk.state.note_verdict(lab.number, digest_of(files), code, red, shown)
    if shown and not as_document:
        say(f"What was counted: ./dev lab {lab.number} show")
    if as_document:
        say(json.dumps(as_json(lab, status, seed, verdicts), indent=2, ensure_ascii=False))
    elif code == CANNOT_TELL:
        say()
        say_filled("Nothing here is against you, and nothing is proven: " + reasons(verdicts)
                   + f". Once more: ./dev lab {lab.number} check")
    elif code == HOLDS:
        say()
        say_filled(f"All of it holds. Two questions: ./dev lab {lab.number} ask")
    return code


def reasons(verdicts: list[Verdict]) -> str:
    """Why nobody can tell, of each claim its own reason; that of the first has been told in full."""
    open_ = [each for each in verdicts if each.word == CANNOT_BE_TOLD]
    others = [f"{each.claim.id}: {each.said.get('why') or each.said['saw']}" for each in open_[1:]]
    return f"{open_[0].claim.id} cannot be told, for the reason above" + "".join(f"; {each}" for each in others)


def show(desk: Desk) -> int:
    """The tables of the last check."""
    lab, verdict = desk.lab, desk.memory.get("verdict")
    desk.place.need()
    if verdict is None:
        raise Usage(f"nothing has been counted yet: ./dev lab {lab.number} check")
    if verdict["files"] != digest_of(desk.edited()):
        say_filled("(You have changed something since that check.)")
    if verdict["exit"] in (DOES_NOT_COMPILE, OUT_OF_TIME):
        raise Usage(f"the last check of lab {lab.number} was not done, so nothing was counted: ./dev lab {lab.number} check")
    if not verdict.get("shown"):
        say(f"The last check of lab {lab.number} has said all that it has counted.")
    for number, each in enumerate(verdict.get("shown", [])):
        say(("\n" if number else "") + bold(filled(each["claim"])) + "\n")
        for line in each["lines"]:
            say(line)
    return HOLDS


def status_of_ending(ending: Ending) -> str:
    return {DoesNotCompile: "fail", OutOfTime: "timeout"}.get(type(ending), "error")


def hint(desk: Desk) -> int:
    lab, memory = desk.lab, desk.memory
    desk.place.need()
    verdict = memory.get("verdict")
    if verdict is None:
        raise Usage(f"a hint is about the first claim that does not hold, so check first: ./dev lab {lab.number} check")
    if verdict["exit"] == HOLDS:
        say(f"All of it held at the last check. Next: ./dev lab {lab.number} ask")
        return HOLDS
    if not verdict["red"]:
        raise Usage(f"the last check came to no verdict. Run it again: ./dev lab {lab.number} check")
    claim = next((lab.claim(each) for each in verdict["red"] if any(each == known.id for known in lab.claims)), None)
    if claim is None or not claim.hints:
        say(f"There is no hint about that. Its explanation: ./dev lab {lab.number} check")
        return HOLDS
    used = memory.setdefault("hints", {})
    level = min(used.get(claim.id, 0) + 1, HINTS)
    used[claim.id] = level
    desk.state.save()
    say_filled(f"About: {claim.text}")
    if verdict["files"] != digest_of(desk.edited()):
        say_filled("(You have changed something since that check.)")
    say()
    say_filled(claim.hints[level - 1])
    say()
    say(f"Hint {level} of {HINTS}." + (f" One more: ./dev lab {lab.number} hint" if level < HINTS else
                                       f" Then there is only: ./dev lab {lab.number} solve"))
    return HOLDS


def diff(desk: Desk) -> int:
    desk.place.need()
    text = desk.place.diff()
    say(text.rstrip("\n") if text else "Nothing differs from the start.")
    return HOLDS


def reset(desk: Desk) -> int:
    desk.place.need()
    kept = desk.place.commit("Before a reset")
    before = desk.place.head()
    desk.place.start_again()
    renewed = desk.has_older_start()
    desk.memory["product"] = desk.product()
    desk.memory.pop("verdict", None)
    desk.state.save()
    say_filled(f"{desk.place.shown}/ is as at the start" + (", of the product as it is now." if renewed else "."))
    if kept or before != desk.place.head():
        say_filled(f"What you had is kept. To see it, to bring it back:")
        say(f"    git -C {desk.place.shown} show {before}")
        say(f"    git -C {desk.place.shown} checkout {before} -- .")
    return HOLDS


def solve(desk: Desk) -> int:
    lab, place = desk.lab, desk.place
    variants = Variants(desk.course, lab)
    start_, solution = variants.start(), variants.solution()
    say(bold(f"Lab {lab.number}  {lab.title}: from the start to a solution"))
    say()
    for name in sorted(solution):
        lines = difflib.unified_diff(start_.get(name, "").splitlines(), solution[name].splitlines(),
                                     f"start/{name}", f"solution/{name}", lineterm="")
        for line in lines:
            say(line)
    if not place.exists():
        place.create()
        desk.memory["product"] = desk.product()
    place.need()
    place.commit("Before the solution was shown")
    branch = place.keep_on_branch()
    place.put(solution, "A solution")
    desk.memory["seen"] = desk.memory.get("seen") or now()
    desk.memory.setdefault("started", now())
    desk.state.save()
    say()
    say_filled(f"{place.shown}/ has it now. Yours is kept on the branch {branch}:")
    say(f"    git -C {place.shown} diff {branch}")
    say_filled("The lab is marked as seen. To see it hold, and why:")
    say(f"    ./dev lab {lab.number} check")
    say(f"    ./dev lab {lab.number} ask")
    return HOLDS


def ask(desk: Desk, words: list[str]) -> int:
    lab, memory = desk.lab, desk.memory
    green = memory.get("verdict", {}).get("exit") == HOLDS
    if not words:
        return _ask_all(desk, green)
    if len(words) != 2:
        raise Usage(f"an answer is: ./dev lab {lab.number} ask p1 a")
    key, answer = words[0].lower(), words[1].lower().rstrip(")")
    table, kind = (lab.predictions, "predictions") if key.startswith("p") else (lab.questions, "answers")
    index = key.lstrip("pq")
    if not index.isdigit() or not 1 <= int(index) <= len(table):
        raise Usage(f"there is no question {words[0]}. ./dev lab {lab.number} ask lists them")
    question = table[int(index) - 1]
    if answer not in question.choices:
        raise Usage(f"there is no choice {words[1]}; there are {', '.join(question.choices)}")
    if kind == "answers" and not green:
        raise Usage(f"the questions come when all claims hold: ./dev lab {lab.number} check")
    kept = memory.setdefault(kind, {})
    if kind == "predictions" and (green or memory.get("done")):
        say_filled("The lab has told already. Your prediction stays: " + kept.get(index, "none"))
        return HOLDS
    kept.setdefault(index, answer) if kind == "predictions" else kept.update({index: answer})
    desk.state.save()
    if kind == "predictions":
        say(f"{key}: {kept[index]}) {question.choices[kept[index]]}")
        say("The check will show. What you said first is kept.")
        return HOLDS
    questions.explain(question, answer)
    if not questions_open(lab, memory):
        freed = desk.judge.drop_build()
        say()
        say_filled(f"Lab {lab.number} is done." + (f" Its build ({freed // 1_000_000} MB) is deleted; a check of something that"
                                                   " you change builds it again." if freed else ""))
    return HOLDS


def _ask_all(desk: Desk, green: bool) -> int:
    lab, memory = desk.lab, desk.memory
    if not green:
        say("Before you begin:")
        questions.show_predictions(lab, memory)
        return HOLDS
    predicted = memory.get("predictions", {})
    if predicted:
        say("What you predicted, and what came:")
        for index, question in enumerate(lab.predictions, 1):
            if (answer := predicted.get(str(index))) is None:
                continue
            say_filled(question.text, indent="     ", first=f"  p{index} ")
            questions.explain(question, answer)
        say()
    say("And now:")
    for index, question in enumerate(lab.questions, 1):
        questions.show(question, f"q{index}", memory.get("answers", {}).get(str(index)), lab.number)
    return HOLDS


def grade(course: Course, state: State, lab: Lab, folder: Path, seed: int) -> dict:
    """Judges a folder anywhere, such as somebody else's; what cannot be judged scores nothing."""
    variants = Variants(course, lab)
    judge = Judge(course, lab, folder_of(course) / ".graded" / lab.label)
    files = {}
    for name in lab.edit:
        path = folder / name
        files[name] = path.read_text(errors="replace") if path.is_file() else ""
    of_lab = state.labs.get(lab.label, {})
    try:
        verdicts = judge.judge_until_told(variants.start() | files, seed)
        document = as_json(lab, status_of(verdicts), seed, verdicts)
    except (DoesNotCompile, OutOfTime, CourseFault) as ending:
        document = as_json(lab, status_of_ending(ending), seed, [], str(ending))
    return document | {
        "folder": str(folder), "files": digest_of(files), "predictions": of_lab.get("predictions", {}),
        "answers": {key: {"choice": choice, "right": lab.questions[int(key) - 1].right == choice}
                    for key, choice in of_lab.get("answers", {}).items() if int(key) <= len(lab.questions)},
        "hints": of_lab.get("hints", {}), "seen": bool(of_lab.get("seen"))}


def recut(desk: Desk) -> int:
    """For authors: the lab has been compared with the product's files of now, and fits."""
    variants = Variants(desk.course, desk.lab)
    changed = variants.recut()
    say("cut anew: " + ", ".join(changed) if changed else "nothing has changed since it was cut")
    return HOLDS
