"""From a refusal of the rules to one of the catalogue: same code with `draw_` before it, where people can do
something about it; otherwise one sentence that names the rule."""

from collections.abc import Iterator
from contextlib import contextmanager

from server.core.refusal import Refused
from server.platform.errors import Problem, catalogue


@contextmanager
def by_rule() -> Iterator[None]:
    """Turn a `Refused` of core/draw or core/pairing into a `Problem`."""
    try:
        yield
    except Refused as refusal:
        code = f"draw_{refusal.code}"
        if code in catalogue():
            raise Problem(code, detail=refusal.detail) from refusal
        raise Problem("draw_rule", rule=refusal.code, detail=refusal.detail) from refusal
