"""DSS1: the draw that nobody can steer and anybody can run again (docs/draw-specification.md).

Called by `server/drawing` (to execute), by the office screens through the API, by every verifier. Pure:
no clock, no randomness, no database. The mirror is pwa/src/core/draw; verify/verify_draw.py is a second
implementation, written on its own. The way of a draw:

    lines → roster_lines, roster_digest → build_plan, plan_digest → announcement
    → commitment … ceremony → certificate (or must_void → voiding) → bundle → verify
    → Standing, amend_inspector, amend_premises
"""

from server.core.draw.amendment import (
    INSPECTOR_REASONS,
    PREMISES_REASONS,
    Standing,
    amend_inspector,
    amend_premises,
    replay,
)
from server.core.draw.ceremony import (
    SEALED_SHARE,
    check_ceremony,
    check_contribution,
    check_open,
    check_order,
    check_reveal,
    commitment,
    derive_seed,
    face,
    has_later_source,
    must_void,
    pair_seed,
)
from server.core.draw.certificate import (
    VOIDING_REASONS,
    announcement,
    build_annex,
    bundle,
    certificate,
    draw,
    external,
    pair_tasks,
    voiding,
)
from server.core.draw.chain import signed_text, verify_chain
from server.core.draw.hashing import SPEC, DrawRefused, clean, is_clean, is_hex
from server.core.draw.plan import COUNTED, OUT, PUBLIC_FLAGS, UNCOUNTED, build_plan, check_plan, is_draw_id, plan_digest
from server.core.draw.premises import check_rosters, quota, smallest, ticket
from server.core.draw.roster import (
    Line,
    parse_roster,
    pseudonym,
    roster_digest,
    roster_lines,
    roster_rows,
    salt_commitment,
    statutory_id,
)
from server.core.draw.verify import verify, verify_bytes
from server.core.draw.words import FACE_WORDS, OUT_WORDS, Finding, explain_face, explain_report

__all__ = [
    "COUNTED",
    "FACE_WORDS",
    "INSPECTOR_REASONS",
    "OUT",
    "OUT_WORDS",
    "PREMISES_REASONS",
    "PUBLIC_FLAGS",
    "SEALED_SHARE",
    "SPEC",
    "UNCOUNTED",
    "VOIDING_REASONS",
    "DrawRefused",
    "Finding",
    "Line",
    "Standing",
    "amend_inspector",
    "amend_premises",
    "announcement",
    "build_annex",
    "build_plan",
    "bundle",
    "certificate",
    "check_ceremony",
    "check_contribution",
    "check_open",
    "check_order",
    "check_plan",
    "check_reveal",
    "check_rosters",
    "clean",
    "commitment",
    "derive_seed",
    "draw",
    "explain_face",
    "explain_report",
    "external",
    "face",
    "has_later_source",
    "is_clean",
    "is_draw_id",
    "is_hex",
    "must_void",
    "pair_seed",
    "pair_tasks",
    "parse_roster",
    "plan_digest",
    "pseudonym",
    "quota",
    "replay",
    "roster_digest",
    "roster_lines",
    "roster_rows",
    "salt_commitment",
    "signed_text",
    "smallest",
    "statutory_id",
    "ticket",
    "verify",
    "verify_bytes",
    "verify_chain",
    "voiding",
]
