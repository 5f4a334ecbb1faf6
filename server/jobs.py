"""Which later stage hears of what: trail action → functions. Only `create_app` imports this."""

from collections.abc import Mapping

from server.documents.service import make_papers
from server.platform.jobs import Job

JOBS: Mapping[str, tuple[Job, ...]] = {
    "inspection.signed_off": (make_papers,),
    "inspection.admitted": (make_papers,),
    "evidence.sealed": (make_papers,),
}
