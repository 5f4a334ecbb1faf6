"""A record with six photographs as PDF/A-3u, warm: CPU seconds of the whole way, from folded state to stored bytes.

The press works in a process of its own; its CPU time is read from the kernel and added to ours. Peer in the same run:
WeasyPrint alone on the same page, in one process, without PDF/A, attachment and isolation. Every PDF is checked.
"""

import io
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from pypdf import PdfReader  # noqa: E402

from server.documents.fonts import FontReport, font_stack  # noqa: E402
from server.documents.paper import code_picture, font_lines, sheet  # noqa: E402
from server.documents.press import Attached, Press, Printed, Sheet, _request  # noqa: E402
from server.documents.press_worker import Typesetter  # noqa: E402
from server.documents.record_view import pictures_needed, record_view  # noqa: E402
from tests import record_cases as cases  # noqa: E402

RUNS = 9
TICK = os.sysconf("SC_CLK_TCK")


def worker_cpu(press: Press) -> float:
    """CPU seconds that the press's process has used so far."""
    fields = Path(f"/proc/{press._idle[0].process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def made(visit: cases.Visit, fonts: FontReport) -> Sheet:
    material = cases.material(visit, "party", font_lines(fonts))
    view = record_view(material)
    photos, signs = pictures_needed(material.state)
    pictures = {key: visit.bytes[key] for key in photos | signs} | {"code": code_picture(view["proof"]["code"])}
    texts = [Attached(f"record-{sha[:16]}.txt", sha, text.text.encode()) for sha, text in material.texts.items()]
    return sheet("record", view, fonts, pictures, texts)


def check(printed: Printed) -> None:
    reader = PdfReader(io.BytesIO(printed.pdf))
    text = "".join("".join(page.extract_text().split()) for page in reader.pages)
    assert "张建国" in text and "李卫东" in text and f"共{printed.pages}页" in text and not printed.refused


def spent(act: Callable[[], object], more: Callable[[], float] = lambda: 0.0) -> float:
    before, other = time.process_time(), more()
    act()
    return time.process_time() - before + more() - other


def alone(page: Sheet) -> float:
    """WeasyPrint by itself on the same page; the better of two."""
    typesetter = Typesetter()
    head, body = _request(page)
    pieces, at = {}, 0
    for name, size in head["pictures"]:
        pieces[name], at = body[at : at + size], at + size
    fetcher = typesetter.fetcher(pieces, [])

    def set_() -> None:
        css = typesetter.weasyprint.CSS(string=page.css, url_fetcher=fetcher, font_config=typesetter.fonts)
        html = typesetter.weasyprint.HTML(string=page.html, url_fetcher=fetcher)
        assert html.write_pdf(stylesheets=[css], font_config=typesetter.fonts)

    set_()
    return statistics.median(spent(set_) for _ in range(RUNS))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        fonts = font_stack(Path(folder))
        os.environ.update(fonts.environment())
        press = Press(fonts)
        visit = cases.whole_visit()
        printed = press.set(made(visit, fonts))
        check(printed)
        times = [spent(lambda: press.set(made(visit, fonts)), lambda: worker_cpu(press)) for _ in range(RUNS)]
        peer = alone(made(visit, fonts))
        press.close()
    middle = statistics.median(times)
    figure = {
        "id": "pdf-record",
        "what": f"record of {printed.pages} pages with six photographs as PDF/A-3u, warm",
        "value": round(middle, 3),
        "unit": "CPU s",
        "goal": 0.45,
        "peer": f"WeasyPrint alone {peer:.2f} CPU s in the same run",
        "spread": f"{min(times):.2f} to {max(times):.2f}",
        "runs": RUNS,
    }
    print(json.dumps(figure))
    print(
        json.dumps(
            {
                "id": "pdf-record-kb",
                "what": "size of that PDF",
                "value": round(len(printed.pdf) / 1024),
                "unit": "KiB",
                "goal": 500,
                "runs": 1,
            }
        )
    )


if __name__ == "__main__":
    main()
