"""Who labels."""

from collections.abc import Collection, Mapping

from arena.errors import Refused
from arena.files.reading.identifiers import mistake_in, skeleton
from arena.text.printable import printable

LONGEST = 60
#: Where an operating system says who is logged in.
USER_VARIABLES = ("USER", "LOGNAME", "USERNAME")


def rater_named(given: str | None, environment: Mapping[str, str], known: Collection[str]) -> str:
    """Return the rater's name: the given one, else that of the user who is logged in.

    Args:
        given: what `--rater` says.
        environment: the process environment.
        known: raters who labelled this run before.

    Raises:
        UsageError: nobody is named, the name is none, or looks like another rater's.

    >>> rater_named(None, {"USER": "anna"}, [])
    'anna'
    """
    name = given if given is not None else next(filter(None, map(environment.get, USER_VARIABLES)), None)
    if name is None:
        raise Refused("who labels? Give a name", argument="rater")
    if problem := mistake_in_name(name):
        raise Refused(problem, argument="rater", value=f"'{printable(name)}'")
    if other := looking_like(name, known):
        raise Refused(
            f"looks like {printable(other)}, who labelled this run before",
            argument="rater",
            value=printable(name),
            hint="the same name goes on with the same labels; another person needs another name",
        )
    return name


def looking_like(name: str, known: Collection[str]) -> str | None:
    """Return a known rater whose name is another one and looks the same, or differs in capitals alone.

    >>> looking_like("Anna", ["ben", "anna"])
    'anna'
    """
    return next((each for each in known if each != name and _looks(each) == _looks(name)), None)


def mistake_in_name(name: str) -> str | None:
    """Return what is wrong with a rater's name, or None."""
    return mistake_in(name) or (f"is longer than {LONGEST} characters" if len(name) > LONGEST else None)


def _looks(name: str) -> str:
    return skeleton(name).casefold()
