"""A 200-item checklist in a real Chromium with its processor slowed down four times: opening it, saving an answer.

Wall-clock milliseconds as the page measures them, from the tap to the painted frame. The checklist lies encrypted in
the vault of a phone that is unlocked; the answer counts when the screen says 已保存, after the durable commit.
"""

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "bench")]

from bench_checklist import ITEMS, ROWS, case  # noqa: E402

RUNS = int(os.environ.get("SUICHA_BENCH_RUNS", "7"))
SECTIONS = 8
PWA = ROOT / "pwa"


def sections(definition: dict[str, Any]) -> dict[str, Any]:
    """The same items in eight sections, as a checklist has them."""
    (whole,) = definition["sections"]
    size = -(-ITEMS // SECTIONS)
    parts = [whole | {"id": f"part-{n}", "items": whole["items"][n * size : (n + 1) * size]} for n in range(SECTIONS)]
    return definition | {"sections": parts}


def figure(name: str, what: str, times: list[float], **more: Any) -> None:
    ordered = sorted(times)
    told = {"id": name, "what": what, "value": round(statistics.median(ordered), 1), "unit": "ms"}
    spread = f"{ordered[0]:.0f}–{ordered[-1]:.0f}"
    print(json.dumps(told | more | {"spread": spread, "runs": len(times)}, ensure_ascii=False), flush=True)


def measured(node: str, definitions: Path) -> dict[str, list[float]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "DEFINITIONS": str(definitions)}
    bureau = subprocess.Popen(
        [node, "tests/ui/harness/serve.mjs", str(port), "built"],
        cwd=PWA,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        for line in bureau.stdout or ():
            if "http://" in line:
                break
        driver = [node, str(ROOT / "tests" / "bench" / "in_browser.mjs"), f"http://127.0.0.1:{port}", str(RUNS)]
        told = subprocess.run(driver, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, timeout=900)
        found: dict[str, list[float]] = json.loads(told.stdout)
        return found
    finally:
        bureau.terminate()
        bureau.wait()


def main() -> None:
    """Print the figures."""
    node = shutil.which("node")
    if node is None:
        raise SystemExit("node is missing")
    with tempfile.TemporaryDirectory(prefix="suicha-bench-") as folder:
        definitions = Path(folder) / "definitions.json"
        definitions.write_text(json.dumps([sections(case()["definition"])]), "utf-8")
        found = measured(node, definitions)
    size = f"{ITEMS} items in {SECTIONS} sections, table of {ROWS} rows"
    figure(
        "checklist-200",
        f"a checklist ready to fill in on a phone, Chromium at 4× CPU throttle, {size}",
        found["open"],
        goal=790,
        peer="Enketo 3,120, ODK Web Forms 7,616, plain HTML 791",
    )
    figure("save-answer", f"an answer saved durably, Chromium at 4× CPU throttle, {size}", found["save"], goal=30)


if __name__ == "__main__":
    main()
