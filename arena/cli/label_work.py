"""The work of `arena label` on one run: who labels which cases, here, on a page, or in a file that comes back."""

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from arena.cli.deliver import write_file
from arena.cli.keys import answering
from arena.cli.labelling import Session
from arena.cli.project import run_reference
from arena.cli.screen import say
from arena.errors import Interrupted
from arena.offline.label import incoming
from arena.offline.label.order import draw, queue, seed_of
from arena.offline.label.pairs import Comparable
from arena.offline.label.progress import progress_of
from arena.offline.label.raters import looking_like, rater_named
from arena.records.labelling import AnswerPair, LabelSummary, RaterProgress, SampleChoice
from arena.reports import label_page
from arena.runs.labels import LabelBook, RaterNotes
from arena.runs.saved import SavedRun
from arena.text.printable import printable


@dataclass(frozen=True, slots=True)
class LabelWork:
    """One run, its labels, and the cases that were chosen of it."""

    saved: SavedRun
    found: Comparable
    book: LabelBook
    chosen: tuple[AnswerPair, ...]
    root: Path

    def ask(self, *, rater: str | None, sample: int | None, again: bool) -> None:
        """Let one rater label until nothing is left, or until that rater has enough."""
        name = rater_named(rater, os.environ, self._raters())
        notes = self.book.notes().get(name)
        choice = self._choice(sample, notes)
        if choice and sample is None:
            say(f"going on with your sample of {choice.size} of {choice.of} cases; --sample {choice.of} shows all")
        pairs = self._part(choice)
        mine = {each.case: each for each in self.book.labels() if each.rater == name}
        seed = seed_of(self.saved.id, name)
        skipped = notes.skipped if notes else ()
        left = queue(pairs, labelled=mine, skipped=skipped, seed=seed, again=again)
        with answering(sys.stdin) as answers:
            session = Session(
                book=self.book,
                rater=name,
                seed=seed,
                sample=choice,
                chosen=pairs,
                queue=list(left),
                rubric=self.saved.experiment.rubric,
                answers=answers,
                notes={each.case: each.note for each in mine.values() if each.note},
            )
            self.book.begin(name, seed=seed, sample=choice)
            try:
                session.run()
            except Interrupted as stopped:
                raise self._stopped(session.progress(), stopped) from None
        self._say_how_to_go_on(session.progress(), asked=bool(left))

    def write_page(self, file: Path, *, rater: str | None, sample: int | None) -> None:
        """Write the page for somebody else's browser."""
        name = rater_named(rater, {}, self._raters()) if rater is not None else ""
        pairs = self._part(self._choice(sample, None))
        result, seed = self.saved.result, seed_of(self.saved.id, "page")
        text = label_page.render(
            pairs,
            arms=(result.control, result.treatment),
            rubric=self.saved.experiment.rubric,
            seed=seed,
            rater=name,
        )
        write_file(file, text)
        say(f"wrote {file}: {_cases(len(pairs))}. Send it to whoever labels; what they download comes back in with")
        say(f"  arena label {self._reference()} --import labels-NAME.jsonl")

    def read(self, file: Path, *, rater: str | None) -> LabelSummary:
        """Read labels that were made elsewhere; all of them come in, or none."""
        name = rater_named(rater, {}, ()) if rater is not None else None
        result = self.saved.result
        arms = (result.control, result.treatment)
        read = incoming.read_labels(file, pairs=self.found.pairs, arms=arms, rater=name, known=self.book.labels())
        for warning in (*read.warnings, *self._look_alikes({each.rater for each in read.labels})):
            say(f"warning: {warning}")
        if read.labels:
            self.book.put_all(read.labels)
        if read.unverified:
            say(f"warning: {_on_trust(read.unverified)}")
        counts = {"new": read.new, "replaced": read.replaced, "known already": read.known}
        return self.summary(imported=counts | {"unverified": read.unverified})

    def summary(self, *, imported: dict[str, int] | None = None) -> LabelSummary:
        """Return how far every rater is."""
        return LabelSummary(
            schema_version=1,
            kind="label",
            run=self.saved.id,
            labels=str(self.book.path),
            cases=len(self.chosen),
            without_pair=len(self.found.without_pair),
            raters=tuple(self._progress(rater) for rater in self._raters()),
            imported=imported,
        )

    def _progress(self, rater: str) -> RaterProgress:
        notes = self.book.notes().get(rater)
        choice = self._choice(None, notes)
        return progress_of(
            rater,
            [pair.case.id for pair in self._part(choice)],
            labelled=[each.case for each in self.book.labels() if each.rater == rater],
            skipped=notes.skipped if notes else (),
            seed=notes.seed if notes else None,
            sample=choice,
        )

    def _look_alikes(self, names: set[str]) -> Iterator[str]:
        known = self._raters()
        for name in sorted(names):
            if other := looking_like(name, known):
                yield f"{printable(name)} looks like {printable(other)}, who labelled this run before: two people?"

    def _raters(self) -> list[str]:
        return sorted({each.rater for each in self.book.labels()} | set(self.book.notes()))

    def _choice(self, size: int | None, notes: RaterNotes | None) -> SampleChoice | None:
        """Return the sample that is meant: the one asked for, else the one that the rater began with."""
        of = len(self.chosen)
        if size is None:
            begun = notes.sample if notes else None
            return begun if begun and begun.of == of else None
        return SampleChoice(size=size, of=of, seed=seed_of(self.saved.id, "")) if size < of else None

    def _part(self, choice: SampleChoice | None) -> Sequence[AnswerPair]:
        return draw(self.chosen, choice) if choice else self.chosen

    def _reference(self) -> str:
        return run_reference(self.saved.id, self.root, start=Path.cwd())

    def _stopped(self, now: RaterProgress, stopped: Interrupted) -> Interrupted:
        kept = f"{now.labelled} label{'s' if now.labelled != 1 else ''} of {now.rater}"
        how = f"arena label {self._reference()} --rater {shlex.quote(now.rater)} goes on"
        return Interrupted(f"stopped; kept: {kept}", exit_code=stopped.exit_code, hint=how)

    def _say_how_to_go_on(self, now: RaterProgress, *, asked: bool) -> None:
        if now.left:
            say(f"arena label {self._reference()} --rater {shlex.quote(now.rater)} goes on")
        elif now.skipped:
            say(f"{_cases(now.skipped)} skipped: the same command shows them again")
        elif not asked:
            say(f"nothing is left: {now.rater} labelled all {_cases(now.labelled)}; --again shows them again")


def _cases(count: int) -> str:
    return f"{count:,} case{'s' if count != 1 else ''}"


def _on_trust(count: int) -> str:
    if count == 1:
        return "1 label does not say which answers it compares: taken on trust"
    return f"{count:,} labels do not say which answers they compare: taken on trust"
