"""A checklist of 200 items with a table of 60 rows: how long one evaluation takes, here and on the phone.

Node stands for the phone: its time is multiplied by four, as the browser's throttling would. CPU time,
medians of many runs in one process, so that the machine's other work counts little.
"""

import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from server.core.checklist import compile_checklist, evaluate  # noqa: E402
from server.core.checklist.sample import row_id  # noqa: E402
from server.platform.cel import compile_cel  # noqa: E402
from tests.core.adapters.checklist import CONTEXT, whole, whole_state  # noqa: E402

ITEMS, ROWS, RUNS, THROTTLE = 200, 60, 50, 4
INSPECTION = CONTEXT["inspection"]["id"]
PACE = ROOT / "pwa" / "tests" / "core" / "pace.mjs"


def item(number: int) -> dict[str, Any]:
    code = f"QA{number:03d}"
    kind = ("choice", "integer", "date", "multi", "text")[number % 5]
    made: dict[str, Any] = {
        "code": code,
        "type": kind,
        "sentences": {"pass": "{answer}。", "fail": "{answer}，不合格。"},
    }
    if number > 1:
        made["when"] = {"expr": 'QA000 == "pass"', "needs": ["QA000"]}
    if kind == "multi":
        made["options"] = [{"key": key} for key in "abcde"]
    rule = {
        "integer": ({"expr": f"{code} > limit", "needs": [code, "limit"]}),
        "date": ({"expr": f"days({code}, visit_date) < limit", "needs": [code, "visit_date", "limit"]}),
        "multi": ({"expr": f"size({code}) < 3", "needs": [code]}),
    }.get(kind)
    return made | ({"fails_when": [rule]} if rule else {})


def table() -> dict[str, Any]:
    return {
        "code": "QT001",
        "type": "table",
        "table": {
            "source": "drawn",
            "draw": {"frame": "count", "min": ROWS, "percent": 0, "thing": {"zh": "房", "en": "room"}},
            "columns": [
                {"key": "seen", "type": "datetime"},
                {"key": "sent", "type": "datetime"},
                {"key": "persons", "type": "integer"},
                {"key": "same", "type": "choice", "options": [{"key": "yes"}, {"key": "no"}]},
            ],
            "values": [{"key": "delay", "type": "integer", "expr": "minutes(seen, sent)", "needs": ["seen", "sent"]}],
            "row_fails_when": [{"expr": 'delay > limit || same == "no"', "needs": ["delay", "limit", "same"]}],
            "row_sentence": "{row}房{delay}分钟",
        },
        "computed": [
            {"key": "max", "type": "integer", "expr": "max(delay)", "needs": ["delay"]},
            {"key": "persons", "type": "integer", "expr": "sum(persons)", "needs": ["persons"]},
        ],
        "sentences": {"pass": "{QT001_rows}间，最长{QT001_max}分钟。", "fail": "{failed_rows}。"},
    }


def case() -> dict[str, Any]:
    definition = whole(
        {
            "items": [*(item(number) for number in range(ITEMS - 1)), table()],
            "settings": [{"key": "limit", "type": "integer", "value": 30}],
        }
    )
    answers: dict[str, Any] = {"QT001": {"count": 300, "round": 1, "reason": ""}}
    for number in range(ITEMS - 1):
        value = ("pass", 12, "2026-09-01", ["a", "b", "c"], "现场查看，情况属实")[number % 5]
        answers[f"QA{number:03d}"] = value
    for row in range(1, 301):
        path = f"QT001/{row_id(INSPECTION, 'QT001', str(row))}"
        answers |= {f"{path}/seen": "2026-11-22T06:00:00.000Z", f"{path}/sent": f"2026-11-22T06:{row % 40:02d}:00.000Z"}
        answers |= {f"{path}/persons": 2, f"{path}/same": "yes"}
    return {"definition": definition, "state": whole_state({"answers": answers}), "context": CONTEXT, "runs": RUNS}


def here(given: dict[str, Any]) -> list[float]:
    checklist = compile_checklist(given["definition"], compile_cel)
    times = []
    for _ in range(60):
        begun = time.process_time()
        result = evaluate(checklist, given["state"], given["context"])
        times.append((time.process_time() - begun) * 1000)
    if len(result["verdicts"]) != ITEMS or len(result["rows"]["QT001"]) != ROWS:
        raise RuntimeError("the checklist was not evaluated whole")
    return sorted(times[10:])


def figure(name: str, what: str, value: float, **more: Any) -> None:
    print(json.dumps({"id": name, "what": what, "value": round(value, 2), "unit": "ms", **more}, ensure_ascii=False))


def main() -> None:
    """Print the figures."""
    given = case()
    node = shutil.which("node")
    if node is None:
        raise SystemExit("node is missing")
    told = subprocess.run(
        [node, str(PACE)], input=json.dumps(given), capture_output=True, text=True, cwd=PACE.parents[2], check=True
    )
    measured = json.loads(told.stdout)
    low, middle, high = (value * THROTTLE for value in measured["evaluate"])
    size = f"{ITEMS} items, {ROWS} drawn rows"
    spread = f"{low:.2f}–{high:.2f}"
    figure(
        "evaluate-200",
        f"one evaluation on the phone after one more answer (Node CPU × 4), {size}",
        middle,
        goal=5,
        spread=spread,
        runs=RUNS,
    )
    figure(
        "evaluate-first", f"the first one, with compiling (Node CPU × 4), {size}", measured["first"] * THROTTLE, runs=1
    )
    figure("record-200", f"evaluation and record (Node CPU × 4), {size}", measured["record"][1] * THROTTLE, runs=RUNS)
    times = here(given)
    spread = f"{times[5]:.2f}–{times[-6]:.2f}"
    figure(
        "evaluate-server",
        f"one evaluation on the server, CPU, {size}",
        statistics.median(times),
        spread=spread,
        runs=50,
    )


if __name__ == "__main__":
    main()
