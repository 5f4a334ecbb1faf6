"""Ten thousand acts of tampering with trail and journal: how many the independent verifier notices."""

import json
import os
import sqlite3
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from server import create_app
from server.inspection.attest import attest
from server.platform.clock import SetClock, now
from server.platform.config import Settings
from server.platform.db import Base, db
from server.platform.trail import record
from tests import tampering
from tests.browser import ApartClient, Browser
from tests.factories import make_bureau
from tests.factories_journal import Phone, make_task

TIMES = int(os.environ.get("SUICHA_TAMPERINGS", "10000"))
SEED = int(os.environ.get("SUICHA_TAMPERING_SEED", "1"))


def prepared(folder: Path) -> tuple[Path, dict[str, object]]:
    """A bureau with two inspectors' entries and a trail, and the attestation of both."""
    clock = SetClock(datetime(2026, 11, 22, 4, 0, tzinfo=UTC))
    path = folder / "suicha.db"
    app = create_app(Settings(instance=folder, database_url=f"sqlite:///{path}", testing=True), clock)
    app.test_client_class = ApartClient
    with app.app_context():
        Base.metadata.create_all(db.engine)
        bureau = make_bureau()
        task = make_task(bureau)
        for login in ("first", "second"):
            phone = Phone(bureau.people[login], task, Browser(app).of(bureau.people[login]))
            for number in range(30):
                phone.answer(f"HT{100 + number}", "pass")
                record("inspection.looked_at", "inspection", task.id, number=number)
                if number % 10 == 9:
                    phone.push()
                clock.advance(seconds=7)
            db.session.commit()
        clock.advance(minutes=10)
        statement = attest(now() - timedelta(minutes=5))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return path, statement


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="suicha-tamper-") as name:
        path, statement = prepared(Path(name))
        with sqlite3.connect(path) as database:
            toll = tampering.tampered(database, json.loads(json.dumps(statement)), TIMES, SEED)
    done, noticed = (sum(counts[at] for counts in toll.values()) for at in (0, 1))
    if done != noticed:
        raise SystemExit(f"tamper-edits-detected: {toll}")
    kinds = ", ".join(f"{counts[0]} {kind}" for kind, counts in sorted(toll.items()))
    what = f"acts of tampering with trail and journal (seed {SEED}: {kinds}), all noticed against an attestation"
    figure = {"id": "tamper-edits-detected", "what": what, "value": noticed, "unit": "acts", "goal": TIMES}
    print(json.dumps(figure | {"higher_is_better": True, "runs": 1}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
