from lab.checking import Bench, Holds, NotYet, claim, main


@claim
def something(bench: Bench):
    if bench.file("words.txt").read_text().strip():
        return Holds()
    return NotYet("read words.txt", "nothing", "a word", "silence says nothing")


@claim
def small(bench: Bench):
    text = bench.file("words.txt").read_text().strip()
    if text.islower():
        return Holds(text)
    return NotYet("read words.txt", text, text.lower(), "capitals shout")


main()
