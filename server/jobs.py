"""Which later stage hears of what, trail action → functions, and what is done every night. Only `create_app` imports
this."""

from collections.abc import Callable, Mapping

from server.documents.service import make_papers
from server.evidence.tidying import tidy
from server.platform.jobs import Job
from server.review.service import take_back

JOBS: Mapping[str, tuple[Job, ...]] = {
    "inspection.signed_off": (make_papers,),
    "inspection.given_back": (take_back,),
    "inspection.admitted": (make_papers,),
    "evidence.sealed": (make_papers,),
}

CHORES: tuple[Callable[[], object], ...] = (tidy,)
