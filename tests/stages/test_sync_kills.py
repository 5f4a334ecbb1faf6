"""kill -9 at any moment: what the server had acknowledged is there when it comes back."""

from pathlib import Path

from tests.killing import kill_often

KILLS = 15
"""A few here; `make bench` kills hundreds of times."""


def test_nothing_acknowledged_is_lost(database_url: str, tmp_path: Path) -> None:
    toll = kill_often(tmp_path / "instance", database_url, KILLS, seed=1)
    assert toll.lost == []
    assert toll.kills == KILLS
    assert toll.entries > 0
