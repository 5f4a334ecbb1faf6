"""Result codes of an inspection: what each class of failure proposes and which of several holds.

The codes are the six that police use of the national list (regulation 2.1); labels and export codes are
editable data elsewhere. A proposal is never a decision: a leader confirms it.
"""

from collections.abc import Iterable

from server.core.refusal import Refused

PRECEDENCE = (
    "UNREACHABLE",
    "NO_ACTIVITY",
    "UNCOOPERATIVE",
    "PENDING",
    "ORDERED_RECTIFY",
    "NO_PROBLEM",
)
"""Strongest first: the overall result of a visit is the first of these that any part of it has."""

OF_CLASS: dict[str, str] = {
    "W": "NO_PROBLEM",
    "R0": "ORDERED_RECTIFY",
    "R": "ORDERED_RECTIFY",
    "C": "PENDING",
    "X": "PENDING",
    "K": "PENDING",
    "U": "UNCOOPERATIVE",
}
"""Failure class → the result it proposes: W warned only, R0 corrected on the spot, R order to rectify,
C open a case, X refer to another department, K suspected crime, U uncooperative."""


class UnknownResult(Refused):
    """`result_unknown` or `class_unknown`."""


def overall(codes: Iterable[str]) -> str:
    """The one result of several; none at all is NO_PROBLEM. Raises `UnknownResult`."""
    found = set(codes)
    unknown = found - set(PRECEDENCE)
    if unknown:
        raise UnknownResult("result_unknown", min(unknown))
    return next((code for code in PRECEDENCE if code in found), "NO_PROBLEM")


def of_class(failure_class: str) -> str:
    """The result that a failure class proposes; raises `UnknownResult`."""
    try:
        return OF_CLASS[failure_class]
    except KeyError:
        raise UnknownResult("class_unknown", failure_class) from None
