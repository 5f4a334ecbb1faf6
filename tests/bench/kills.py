"""kill -9 of the server while phones push and upload: how much of what was acknowledged is missing afterwards."""

import json
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.killing import Toll, kill_often  # noqa: E402
from tests.postgres import fresh_database, running_server  # noqa: E402

GOAL = 200
KILLS = int(os.environ.get("SUICHA_KILLS", GOAL))


def tell(kind: str, toll: Toll) -> None:
    """One figure: kills survived; a single lost entry or photo fails the bench."""
    if toll.lost:
        raise SystemExit(f"kills-{kind}: lost {toll.lost[:5]}")
    what = f"kills of the server on {kind}: {toll.entries} entries and {toll.photos} photos acknowledged, 0 lost"
    figure = {"id": f"kills-{kind}", "what": what, "value": toll.kills, "unit": "kills", "goal": GOAL}
    print(json.dumps(figure | {"higher_is_better": True, "runs": 1}, ensure_ascii=False), flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="suicha-kills-") as name:
        instance = Path(name) / "sqlite"
        instance.mkdir()
        tell("sqlite", kill_often(instance, f"sqlite:///{instance / 'suicha.db'}", KILLS, seed=1))
        with running_server() as server, fresh_database(server) as url:
            tell("postgres", kill_often(Path(name) / "postgres", url, KILLS, seed=2))


if __name__ == "__main__":
    main()
