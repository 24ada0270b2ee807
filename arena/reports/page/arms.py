"""How the arms differ: texts line by line with the changed words marked, settings side by side."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from markupsafe import Markup

from arena.records.result import ArmDifference
from arena.reports.page.markup import Content, join, tag
from arena.reports.page.verdict import section

CONTEXT = 2  # unchanged lines around a change
SHORT = 60  # characters of a setting that stands on one line
#: Longer lines are not compared word by word: it takes quadratic time.
MOST_WORDS = 1000
ALIKE = 0.5  # share of the shorter line's words that must be in the other one too: else neither became the other


def differences(found: Sequence[ArmDifference]) -> Markup:
    """Return the section on what differs between the arms."""
    return section("arms", "What differs", difference_list(found))


def difference_list(found: Sequence[ArmDifference]) -> Markup:
    """Return each difference between the arms."""
    if not found:
        return tag("p", "The arms do not differ: there is nothing to compare.")
    return join(*(_difference(each) for each in found))


def _difference(each: ArmDifference) -> Markup:
    parts: list[Content] = [tag("h3", each.what, tag("small", f" {each.source}") if each.source else None)]
    if not each.declared:
        parts.append(tag("p", "differs, but not as declared", class_="warning"))
    sides = [side or "" for side in (each.control, each.treatment)]
    if each.what in ("system", "user") or any("\n" in side or len(side) > SHORT for side in sides):
        parts.append(tag("div", *_lines(sides[0], sides[1]), class_="diff"))
    else:
        parts.append(tag("p", tag("del", sides[0] or "not set"), " → ", tag("ins", sides[1] or "not set")))
    return tag("div", *parts, class_="difference")


def _lines(control: str, treatment: str) -> Iterator[Markup]:
    old, new = control.splitlines(), treatment.splitlines()
    groups = list(SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT))
    for number, group in enumerate(groups):
        if number:
            yield tag("p", "…", class_="gap")
        for kind, start, end, begin, stop in group:
            if kind == "equal":
                yield from (_line("kept", " ", line) for line in old[start:end])
            else:
                yield from _changed(old[start:end], new[begin:stop])


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Markup]:
    """Yield the lines that went, then those that came; changed words are marked between lines that stand opposite."""
    pairs = [_words(left, right) for left, right in zip(old, new, strict=False)]
    left = [line for line, _ in pairs] + [[line] for line in old[len(pairs) :]]
    right = [line for _, line in pairs] + [[line] for line in new[len(pairs) :]]
    yield from (_line("went", "−", *line) for line in left)
    yield from (_line("came", "+", *line) for line in right)


def _line(kind: str, sign: str, *inside: Content) -> Markup:
    return tag("p", tag("span", sign, class_="sign"), tag("span", *inside), class_=kind)


def _words(old: str, new: str) -> tuple[list[Content], list[Content]]:
    """Return two lines with the words marked that only one of them has; none where most words are others."""
    sides = [re.findall(r"\s+|\w+|[^\w\s]", line) for line in (old, new)]
    if not all(sides) or max(map(len, sides)) > MOST_WORDS:
        return [old], [new]
    matcher = SequenceMatcher(None, sides[0], sides[1], autojunk=False)
    if sum(block.size for block in matcher.get_matching_blocks()) < ALIKE * min(map(len, sides)):
        return [old], [new]
    drawn: tuple[list[Content], list[Content]] = ([], [])
    for kind, start, end, begin, stop in matcher.get_opcodes():
        for line, words, name in ((drawn[0], sides[0][start:end], "del"), (drawn[1], sides[1][begin:stop], "ins")):
            if words:
                line.append("".join(words) if kind == "equal" else tag(name, "".join(words)))
    return drawn
