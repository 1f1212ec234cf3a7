# SPDX-License-Identifier: Apache-2.0
"""How a command ends."""

HOLDS, NOT_YET, USAGE, DOES_NOT_COMPILE, OUT_OF_TIME, COURSE, CANNOT_TELL = range(7)


class Ending(Exception):
    """Ends the command with a sentence and an exit code."""
    code = COURSE


class Usage(Ending):
    """The learner asked for what there is not; nothing was done."""
    code = USAGE


class DoesNotCompile(Ending):
    code = DOES_NOT_COMPILE


class OutOfTime(Ending):
    code = OUT_OF_TIME


class CourseFault(Ending):
    """Not the learner's fault: the course is broken, or the machine lacks something."""
    code = COURSE
