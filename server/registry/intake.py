"""The bureau's three Excel files into the registries: every row checked, all or nothing unless asked otherwise."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from server.accounts.bureau import NewAccount
from server.platform.db import db
from server.platform.trail import record
from server.registry.columns import INSPECTORS, ITEMS, SUBJECTS, Table
from server.registry.intake_inspectors import take_inspectors
from server.registry.intake_items import take_items
from server.registry.intake_subjects import take_subjects
from server.registry.intake_tally import Tally
from server.registry.sheets import Records, Refusal, read_table

FILES: Mapping[str, Table] = {"items": ITEMS, "subjects": SUBJECTS, "inspectors": INSPECTORS}
"""In the order in which they are taken: premises name items, inspectors name both."""


@dataclass
class Intake:
    """What came of the files. `stored` is false when a row was refused and nothing was asked to be left out."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    accounts: list[NewAccount] = field(default_factory=list)
    stored: bool = False


def take_files(paths: Mapping[str, Path], *, partial: bool = False) -> Intake:
    """Take up to three files (`items`, `subjects`, `inspectors`) in one transaction that this function ends.

    Rows are known again by their statutory id (items: code and first day; inspectors: badge), so the same file twice
    changes nothing. With a refusal nothing is stored, unless `partial`: then all other rows are.
    Raises the Problems of `sheets.read_table`.
    """
    intake = Intake()
    takers: Mapping[str, Callable[[Records], Tally]] = {
        "items": take_items,
        "subjects": take_subjects,
        "inspectors": lambda records: take_inspectors(records, intake.accounts),
    }
    try:
        for name, table in FILES.items():
            if name in paths:
                records = read_table(paths[name], table)
                intake.tallies[name] = takers[name](records)
                intake.refusals += sorted(records.refusals, key=lambda refusal: refusal.row)
        intake.stored = partial or not intake.refusals
        if intake.stored:
            _note(intake)
            db.session.commit()
    finally:
        # After a commit this ends an empty transaction; otherwise it takes everything back.
        db.session.rollback()
    return intake


def _note(intake: Intake) -> None:
    for name, tally in intake.tallies.items():
        refused = len({row.row for row in intake.refusals if row.table == FILES[name].title})
        record("registry.imported", "registry", name, made=tally.made, changed=tally.changed, refused=refused)


REPORT_HEADINGS = ("文件", "行号", "列", "单元格内容", "原因")


def report_rows(refusals: Sequence[Refusal]) -> list[tuple[str, int, str, str, str]]:
    """The refusals as lines of the report."""
    return [(row.table, row.row, row.column, row.said, row.reason) for row in refusals]
