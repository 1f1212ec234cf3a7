# SPDX-License-Identifier: Apache-2.0
"""Two predictions before a lab, two questions after it: working code alone proves no understanding."""
from .course import Lab, Question
from .words import say, say_filled


def show(question: Question, key: str, answered: str | None, number: int) -> None:
    say_filled(question.text, indent="     ", first=f"  {key}  ")
    for choice, text in question.choices.items():
        mark = "*" if choice == answered else " "
        say_filled(text, indent=" " * 10, first=f"     {mark} {choice}) ")
    if answered is None:
        say(f"       ./dev lab {number} ask {key} CHOICE")


def show_predictions(lab: Lab, of_lab: dict) -> None:
    answers = of_lab.get("predictions", {})
    for index, question in enumerate(lab.predictions, 1):
        show(question, f"p{index}", answers.get(str(index)), lab.number)


def explain(question: Question, answer: str) -> None:
    if answer == question.right:
        say_filled(f"Yes. {question.because}", indent="     ")
    else:
        say_filled(f"No: {question.right}) {question.choices[question.right]}", indent="     ")
        say_filled(question.because, indent="     ")
