from lab.checking import Bench, Holds, NotYet, claim, main


@claim
def right(bench: Bench):
    for n, expected in ((100, 5050), (7, 28)):
        saw = bench.facts("sum", str(n), look="src/sum.cpp", limit=2)["sum"]
        if saw != expected:
            return NotYet(f"added up 1 … {n}", str(saw), str(expected), "5050 is the sum of 1 … 100 only", "src/sum.cpp")
    return Holds("1 … 100 is 5050")


@claim
def few_steps(bench: Bench):
    steps = bench.facts("sum", "100", limit=2)["steps"]
    if steps == 1:
        return Holds("1 step for 100")
    return NotYet("added up 1 … 100", f"{steps} steps", "1", "half a loop is a loop" if steps == 50 else "it is a loop",
                  "src/sum.cpp, main()")


main()
