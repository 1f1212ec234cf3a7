# SPDX-License-Identifier: Apache-2.0
"""What the compiler says, in a sentence: of all errors the first one in the learner's files."""
import re
from pathlib import Path

from .course import Lab

ERROR = re.compile(r"^(?P<file>[^\s:][^:\n]*):(?P<line>\d+):(?:(?P<column>\d+):)? (?:fatal )?error: (?P<what>.*)$",
                   re.MULTILINE)
LINKER = re.compile(r"undefined reference to [`'‘](?P<name>.+?)['’]")
CMAKE = re.compile(r"^CMake Error at (?P<file>[^:\s]+):(?P<line>\d+)", re.MULTILINE)

# The usual ones. What is in quotes by the compiler is named in the sentence.
SENTENCES = [
    (r"[‘'](\S+)[’'] was not declared in this scope", "Nothing here is called {0}. A spelling, a missing namespace"
     " before it, or a missing #include?"),
    (r"[‘'](\S+)[’'] does not name a type", "{0} is no type that is known here. Is its #include there, and its"
     " namespace?"),
    (r"[‘'](\S+)[’'] is not a member of [‘'](\S+?)[’']", "{1} has no {0}. Is it declared in another file, or under"
     " another name?"),
    (r"[‘'](.+?)[’'] has no member named [‘'](\S+?)[’']", "A {0} has nothing called {1}. Look at its declaration."),
    (r"expected [‘'];[’'] (?:before|after|at)", "A ; is missing at the end of the line before, or of this one."),
    (r"expected [‘']\}[’'] (?:before|at)", "A {{ that was opened is never closed."),
    (r"expected primary-expression before", "A value is missing here: a comma or a bracket too many, perhaps."),
    (r"expected (?:unqualified-id|declaration)", "This line stands where only declarations may be: count the }}"
     " above it."),
    (r"no match for [‘'](.+?)[’']", "{0} is not defined for what stands on its two sides."),
    (r"no matching function for call to [‘'](.+?)[’']", "Nobody takes these arguments: {0}. The log lists who"
     " takes which."),
    (r"cannot convert [‘'](.+?)[’'].* to [‘'](.+?)[’']", "A {0} is given where a {1} is wanted."),
    (r"could not convert .* from [‘'](.+?)[’'].* to [‘'](.+?)[’']", "A {0} is given where a {1} is wanted."),
    (r"invalid conversion from [‘'](.+?)[’'] to [‘'](.+?)[’']", "A {0} is given where a {1} is wanted."),
    (r"cannot declare variable .* abstract type|invalid new-expression of abstract class type [‘'](.+?)[’']"
     r"|invalid cast to abstract class type", "A class lacks one of the operations that its port demands: add"
     " handle() for it, with exactly the port's signature."),
    (r"marked [‘']override[’'], but does not override", "The port has no operation with this signature: compare"
     " names, const and & with the port."),
    (r"(\S+): No such file or directory", "There is no file {0} to include."),
    (r"discards qualifiers|assignment of .* in read-only object|passing [‘']const", "Something is const here that"
     " is being changed."),
    (r"use of deleted function", "This cannot be copied. Move it (std::move), or hand over a reference."),
    (r"redefinition of [‘'](.+?)[’']", "{0} is defined twice."),
    (r"no return statement|control reaches end|return-statement with no value", "A value has to be returned here."),
    (r"too (few|many) arguments to function", "The call has too {0} arguments."),
]


def explain(output: str, lab: Lab, tree: Path, log: Path) -> str:
    """Where, what in plain words, what the compiler said, and the whole log."""
    found = list(ERROR.finditer(output))
    of_learner = [each for each in found if file_of(each["file"], tree) in lab.edit]
    first = (of_learner or found or [None])[0]
    lines = []
    if first is not None:
        file = file_of(first["file"], tree)
        lines.append(f"{file}, line {first['line']}:")
        if (sentence := sentence_for(first["what"])) is not None:
            lines.append(sentence)
        lines += ["", f"  {first['what'].strip()}", ""]
        if not of_learner:
            lines.append("This is not a file of yours, so it follows from a change in one of them: "
                         + ", ".join(lab.edit))
    elif (name := LINKER.search(output)) is not None:
        lines.append(f"Declared and called, but written nowhere: {name['name']}. Is its definition there, in the same"
                     " namespace and with the same arguments? Or is the library that has it no longer linked? Then nobody may"
                     " call it.")
    elif (place := CMAKE.search(output)) is not None:
        lines.append(f"{file_of(place['file'], tree)}, line {place['line']}: CMake stops here; the log says why.")
    else:
        lines.append("The build failed, and not in the compiler.")
    if len(found) > 1:
        lines.append(f"Further errors of the same build: {len(found) - 1}. They often go with the first.")
    lines.append(f"The whole log: {log}")
    return "\n".join(lines)


def sentence_for(what: str) -> str | None:
    for pattern, sentence in SENTENCES:
        if (found := re.search(pattern, what)) is not None:
            return sentence.format(*(each or "?" for each in found.groups()))
    return None


def file_of(named: str, tree: Path) -> str:
    """As the learner knows it, whichever folder the compiler ran in."""
    path = Path(named)
    if not path.is_absolute():
        for base in (tree / "build/lab", tree):
            if (base / path).exists():
                path = base / path
                break
    try:
        return str(path.resolve().relative_to(tree.resolve()))
    except ValueError:
        return named
