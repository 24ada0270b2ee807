"""One rater at a terminal: shows two answers, takes a word on them."""

import os
import shlex
import sys
from dataclasses import dataclass

from arena.cli.keys import Answers, answering
from arena.cli.screen import say, screen_of
from arena.errors import Interrupted
from arena.offline.label.order import shown_first
from arena.offline.label.turn import Turn
from arena.records.labelling import AnswerPair, RaterProgress
from arena.records.rubric import Rubric
from arena.reports.label_view import render_help, render_pair
from arena.reports.safe_text import safe_line

PROMPT = " [1] answer 1  [2] answer 2  [t]ie  [s]kip  [u]ndo  [n]ote  [d]iff  [?]  [q]uit"
AT_THE_END = "\n that was the last one.  [u]ndo; any other key ends"
SAID = {"left": "answer 1", "right": "answer 2", "tie": "tie"}


def let_label(turn: Turn, rubric: Rubric, *, reference: str) -> None:
    """Let one rater label until nothing is left, or until that rater has enough.

    Args:
        turn: of the rater.
        rubric: for help.
        reference: how the next command may name the run.

    Raises:
        Interrupted: SIGINT or SIGTERM; what was answered is kept.
    """
    some = bool(turn.queue)
    with answering(sys.stdin) as answers:
        turn.book.begin(turn.rater, seed=turn.seed, sample=turn.sample)
        try:
            Session(turn=turn, rubric=rubric, answers=answers).run()
        except Interrupted as stopped:
            raise _stopped(turn.progress(), stopped, reference) from None
    _say_how_to_go_on(turn.progress(), reference, asked=some)


@dataclass(slots=True, kw_only=True)
class Session:
    """A rater's turn at a terminal."""

    turn: Turn
    rubric: Rubric
    answers: Answers
    marked: bool = False

    def run(self) -> None:
        """Ask until nothing is left or the rater has enough; what was answered is on the disk."""
        while self._ask(self.turn.queue[0]) if self.turn.queue else self._undo_at_the_end():
            pass

    def _ask(self, pair: AnswerPair) -> bool:
        """Show one pair and do what the rater says, until that is about another pair; False: quit."""
        self._show(pair)
        while True:
            command, rest = self.answers.command()
            match command:
                case "left" | "right" | "tie":
                    self.turn.label(command)
                    say(f" {SAID[command]}")
                    return True
                case "skip":
                    self.turn.skip()
                    say(" skipped")
                    return True
                case "undo":
                    if self._undo():
                        return True
                case "quit":
                    return False
                case "note":
                    self._note(pair, rest)
                case "differences":
                    self.marked = not self.marked
                    self._show(pair)
                case "help":
                    self._help()
                case _:
                    say(f" {safe_line(rest)} means nothing here; ? tells the keys")

    def _undo_at_the_end(self) -> bool:
        """Let the rater take the last word back when nothing is left to show; False: done."""
        if not self.turn.history:
            return False
        say(AT_THE_END)
        command, _ = self.answers.command()
        return command == "undo" and self._undo()

    def _show(self, pair: AnswerPair) -> None:
        now = self.turn.progress()
        skipped = f", {now.skipped} skipped" if now.skipped else ""
        text = render_pair(
            pair,
            shown_first(pair, self.turn.seed),
            screen_of(sys.stderr, os.environ),
            place=f"{now.labelled} of {len(self.turn.chosen)} labelled{skipped}",
            note=self.turn.notes.get(pair.case.id, ""),
            marked=self.marked,
        )
        say(f"{text.rstrip()}\n\n{PROMPT}")

    def _help(self) -> None:
        text = render_help(self.rubric, screen_of(sys.stderr, os.environ))
        say(f"{text.rstrip()}\n\n{PROMPT}")

    def _undo(self) -> bool:
        """Take the last word back; False when there is none."""
        pair = self.turn.undo()
        say(" nothing to undo" if pair is None else f" taken back: {safe_line(pair.case.id)}")
        return pair is not None

    def _note(self, pair: AnswerPair, text: str) -> None:
        if not text:
            say(" Note, then Return:")
            text = self.answers.line()
        self.turn.notes[pair.case.id] = text
        say(" the note is kept with your label" if text else " no note")


def _stopped(now: RaterProgress, stopped: Interrupted, reference: str) -> Interrupted:
    kept = f"{now.labelled} label{'s' if now.labelled != 1 else ''} of {now.rater}"
    how = f"arena label {reference} --rater {shlex.quote(now.rater)} goes on"
    return Interrupted(f"stopped; kept: {kept}", exit_code=stopped.exit_code, hint=how)


def _say_how_to_go_on(now: RaterProgress, reference: str, *, asked: bool) -> None:
    if now.left:
        say(f"arena label {reference} --rater {shlex.quote(now.rater)} goes on")
    elif now.skipped:
        say(f"{cases_in_words(now.skipped)} skipped: the same command shows them again")
    elif not asked:
        say(f"nothing is left: {now.rater} labelled all {cases_in_words(now.labelled)}; --again shows them again")


def cases_in_words(count: int) -> str:
    """Return a number of cases.

    >>> cases_in_words(1)
    '1 case'
    """
    return f"{count:,} case{'s' if count != 1 else ''}"
