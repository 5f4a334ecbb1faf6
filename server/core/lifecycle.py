"""Who may do what to an inspection, and when: one table, read by the server and by the phone's screens.

Phases are those of the folded journal (`journal.fold`). The parts are not the roles of an account but
what a person is to this one inspection: one of its inspectors, or the lead of its brigade.
"""

from server.core.journal.types import Phase
from server.core.refusal import Refused

PARTS = ("inspector", "lead")

_INSPECTOR = frozenset(("inspector",))
_LEAD = frozenset(("lead",))
_WORKING = frozenset(("open", "returned"))
_ANY = frozenset(("open", "submitted", "returned", "signed_off"))

ACTIONS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    # What an inspector states after submission is still kept; the fold calls it late.
    "state": (_INSPECTOR, _ANY),
    "comment": (_INSPECTOR | _LEAD, _ANY),
    "collect_signature": (_INSPECTOR, _WORKING),
    "submit": (_INSPECTOR, _WORKING),
    "return": (_LEAD, frozenset(("submitted",))),
    "admit": (_LEAD, frozenset(("submitted", "signed_off"))),
    "sign_off": (_LEAD, frozenset(("submitted",))),
    "erase": (_LEAD, _ANY),
}
"""Action → the parts that may take it, and the phases in which they may."""

_NEEDS_RECEIPT = frozenset(("return", "sign_off"))


class NotAllowed(Refused):
    """`action_unknown`, `not_your_part`, `not_in_this_phase` or `not_received_yet`."""


def allow(action: str, parts: frozenset[str], phase: Phase, closed: bool) -> None:
    """Return when a person with `parts` may take `action` now; raise `NotAllowed` with the reason.

    `closed` says that the server has received the submitted round: before that the lead has nothing
    to return or to sign.
    """
    if action not in ACTIONS:
        raise NotAllowed("action_unknown", action)
    who, when = ACTIONS[action]
    if not who & parts:
        raise NotAllowed("not_your_part", action)
    if phase not in when:
        raise NotAllowed("not_in_this_phase", f"{action} when {phase}")
    if action in _NEEDS_RECEIPT and not closed:
        raise NotAllowed("not_received_yet", action)


def may(action: str, parts: frozenset[str], phase: Phase, closed: bool) -> bool:
    """Whether `allow` would return: for what a screen offers."""
    try:
        allow(action, parts, phase, closed)
    except NotAllowed:
        return False
    return True
