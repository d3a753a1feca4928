"""`manage.py train [LABELS.jsonl …]`: fit the bundled reader, and use it when it is better."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from backoffice import lessons
from extraction import readers
from extraction.measuring import labels, learning, sightings
from extraction.measuring.learning import Judgement, Lesson
from extraction.models import FittedReader

_IN_USE = "The new reader is in use from the next card on; “train --back” brings the old one back."
_KEPT = (
    "The reader in use stays. The new one is kept; to use it all the same, choose it in the admin."
)


class Command(BaseCommand):
    help = (
        "Fit the bundled reader on labelled cards, drawn ones, and those that reviewers approved"
        " here. It is taken into use when it reads approved cards better that it was not fitted"
        " on; the one before can be brought back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("labels", nargs="*", type=Path, metavar="LABELS.jsonl")
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--use-anyway", action="store_true",
            help="take the new reader into use even if it was not found to be better",
        )  # fmt: skip
        what.add_argument(
            "--write", type=Path, metavar="FILE",
            help="write the weights to a new file, without approved cards, and use nothing",
        )  # fmt: skip
        what.add_argument("--back", action="store_true", help="use the reader before again")
        what.add_argument("--list", action="store_true", help="the fitted readers that are kept")
        parser.add_argument(
            "--overwrite", action="store_true", help="with --write: replace the file if it is there"
        )
        lessons.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self._list()
        elif options["back"]:
            self._bring_back()
        elif options["write"]:
            self._write(options["write"], options)
        else:
            self._learn(options)

    def _learn(self, options: dict[str, Any]) -> None:
        held_out, approved = learning.held_out(list(learning.approved()))
        labelled = self._labelled(options)
        drawn = lessons.drawn(options)
        if not (approved or labelled or drawn):
            raise CommandError(
                "There is nothing to learn from: no labels, no drawn cards, and no approved cards"
                " that a machine has read. The reader in use stays."
            )
        weights = self._fit([*labelled, *approved], drawn, goes_on=not labelled)
        judgement = learning.judge(held_out, readers.in_use(), weights)
        row = readers.keep(
            weights,
            scores={**judgement.to_json(), "drawn": len(drawn)},
            labelled=len(labelled),
            approved=len(approved),
        )
        is_used = judgement.is_better or options["use_anyway"]
        if is_used:
            readers.use(row)
        self.stdout.write(
            f"Fitted on {len(labelled)} labelled, {len(approved)} approved and {len(drawn)} drawn"
            f" cards.\n{_reason(judgement)}"
        )
        self.stdout.write(_IN_USE if is_used else _KEPT)

    def _write(self, path: Path, options: dict[str, Any]) -> None:
        """The weights that ship with the program hold nothing of a site's own cards."""
        if path.exists() and not options["overwrite"]:
            raise CommandError(
                f"{path} is there already and was left as it is; replace it with --overwrite."
            )
        labelled, drawn = self._labelled(options), lessons.drawn(options)
        if not (labelled or drawn):
            raise CommandError(
                "There is nothing to learn from: name labels, or ask for drawn cards with --drawn."
            )
        weights = self._fit(labelled, drawn)
        try:
            text = json.dumps(weights, ensure_ascii=False, separators=(",", ":")) + "\n"
            sightings.write_whole(path, text, mode=0o644)
        except OSError as error:
            raise CommandError(
                f"{path} cannot be written: {error.strerror}. What was read is kept for next time."
            ) from error
        self.stdout.write(
            f"Fitted on {len(labelled)} labelled and {len(drawn)} drawn cards; written to {path}."
        )

    def _fit(
        self, known: list[Lesson], drawn: list[Lesson], *, goes_on: bool = False
    ) -> dict[str, Any]:
        self.stderr.write(f"Fitting on {len(known) + len(drawn)} cards …")
        try:
            return learning.fit(known, drawn, goes_on=goes_on)
        except ValueError as error:
            raise CommandError(f"{error} Nothing was fitted; the reader in use stays.") from error

    def _labelled(self, options: dict[str, Any]) -> list[Lesson]:
        try:
            return [
                lesson for path in options["labels"] for lesson in lessons.labelled(path, options)
            ]
        except (labels.LabelError, OSError) as error:
            raise CommandError(f"{error} Nothing was fitted; the reader in use stays.") from error

    def _bring_back(self) -> None:
        if not FittedReader.objects.filter(is_in_use=True).exists():
            raise CommandError(
                "The reader that came with the program is in use; there is none before it."
            )
        row = readers.bring_back()
        name = str(row) if row else "reader that came with the program"
        self.stdout.write(f"The {name} is in use from the next card on.")

    def _list(self) -> None:
        rows = FittedReader.objects.defer("weights")
        for row in rows:
            before, after = row.scores.get("before"), row.scores.get("after")
            figures = f"F1 {before['micro_f1']:.3f} → {after['micro_f1']:.3f}" if after else ""
            fitted_at = timezone.localtime(row.fitted_at)
            self.stdout.write(
                f"{'in use' if row.is_in_use else '':<8}{fitted_at:%Y-%m-%d %H:%M}"
                f"  {row.labelled} labelled, {row.approved} approved cards  {figures}".rstrip()
            )
        if not any(row.is_in_use for row in rows):
            self.stdout.write("in use  the reader that came with the program")


def _reason(judgement: Judgement) -> str:
    """How the new reader measured against the one in use."""
    if not judgement.after:
        return (
            f"Too few approved cards to judge by: {judgement.held_out} are kept from fitting,"
            f" {learning.ENOUGH_HELD_OUT} are needed, which takes about"
            f" {learning.ENOUGH_HELD_OUT * learning.HELD_OUT_FOLDS} in all."
        )
    before, after = judgement.before, judgement.after
    return (
        f"On {judgement.held_out} approved cards it had not seen: F1 {before['micro_f1']:.3f} →"
        f" {after['micro_f1']:.3f}, perfect {before['perfect']} → {after['perfect']}."
    )
