"""The press: nothing from outside, one bad document harms no other, the same sheet gives the same bytes."""

import io
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import weasyprint
from PIL import Image
from weasyprint.text.fonts import FontConfiguration

from server.documents.fonts import font_stack
from server.documents.press import WORKER, Attached, Press, PressFailed, Sheet

AT = "2026-11-23T01:00:00.000Z"
HEAD = '<!doctype html><html lang="zh-CN"><title>试印</title>'


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Press]:
    made = Press(font_stack(tmp_path_factory.mktemp("fonts")))
    yield made
    made.close()


class Listener:
    """A web server that notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/css" if self.path.endswith(".css") else "image/svg+xml")
                self.end_headers()
                if self.path.endswith(".svg"):
                    self.wfile.write(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


CHANNELS = ("img.svg", "nested.svg", "import.css", "link.css", "back.svg", "font.ttf", "object.svg", "attach.bin")


def hostile(base: str) -> tuple[str, str]:
    """A page that asks for something by every road it knows."""
    html = (
        f'{HEAD}<link rel="stylesheet" href="{base}/link.css">'
        f'<link rel="attachment" href="{base}/attach.bin"><base href="{base}/">'
        f'<img src="{base}/img.svg" alt="x"><object data="{base}/object.svg" type="image/svg+xml"></object>'
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="20" height="20">'
        f'<image xlink:href="{base}/nested.svg" width="9" height="9"/></svg><p class="b">字</p>'
    )
    css = (
        f'@import url("{base}/import.css"); @font-face {{ font-family: Far; src: url("{base}/font.ttf") }}'
        f' p {{ font-family: Far }} .b {{ background: url("{base}/back.svg") }}'
    )
    return html, css


def test_nothing_is_fetched_by_any_road(press: Press, listener: Listener) -> None:
    html, css = hostile(listener.base)
    printed = press.set(Sheet(html, css, AT))
    assert listener.asked == []
    refused = {address.rpartition("/")[2] for address in printed.refused}
    assert refused == set(CHANNELS)


def test_the_same_page_would_fetch_everything_elsewhere(listener: Listener) -> None:
    html, css = hostile(listener.base)
    fonts = FontConfiguration()
    sheet = weasyprint.CSS(string=css, font_config=fonts)
    weasyprint.HTML(string=html).write_pdf(stylesheets=[sheet], font_config=fonts)
    assert set(CHANNELS) <= {path.rpartition("/")[2] for path in listener.asked}


def test_no_file_of_the_machine_gets_onto_the_page(press: Press, tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "utf-8")
    html = f'{HEAD}<img src="{secret.as_uri()}" alt="x"><img src="data:image/svg+xml,%3Csvg/%3E" alt="y">'
    printed = press.set(Sheet(html, "", AT))
    assert {address.partition(":")[0] for address in printed.refused} == {"file", "data"}


def test_a_picture_that_was_handed_in_is_shown(press: Press) -> None:
    held = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(held, "PNG")
    html = f'{HEAD}<img src="picture:one" alt="一"><img src="picture:two" alt="二">'
    printed = press.set(Sheet(html, "", AT, {"one": held.getvalue()}))
    assert printed.refused == ["picture:two"] and b"/Subtype /Image" in printed.pdf


def test_the_process_itself_has_no_network() -> None:
    """Whatever runs there, not only the typesetter."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        attempt = (
            f"import runpy; worker = runpy.run_path({str(WORKER)!r}, run_name='worker'); worker['close_in']()\n"
            f"import socket, subprocess\n"
            f"for act in (lambda: socket.create_connection(('127.0.0.1', {port}), 2),"
            f" lambda: subprocess.run(['true']), lambda: socket.getaddrinfo('example.org', 80)):\n"
            f"    try:\n        act()\n    except PermissionError:\n        print('refused')\n"
        )
        done = subprocess.run([sys.executable, "-I", "-c", attempt], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["refused"] * 3


def test_the_same_sheet_gives_the_same_bytes_in_another_process(press: Press) -> None:
    sheet = Sheet(
        f"{HEAD}<p>叶县公安局</p>", "p { font-size: 20pt }", AT, attachments=[Attached("a.txt", "原文", b"x")]
    )
    first = press.set(sheet)
    press.close()
    assert press.set(sheet).pdf == first.pdf


def test_a_bomb_harms_no_other_document(press: Press) -> None:
    held = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(held, "PNG")
    bomb = Sheet(f'{HEAD}<img src="picture:bomb" alt="x">', "", AT, {"bomb": held.getvalue()})
    try:
        printed = press.set(bomb)
        assert b"/Subtype /Image" not in printed.pdf
    except PressFailed:
        assert held.getvalue()
    assert press.set(Sheet(f"{HEAD}<p>字</p>", "", AT)).pages == 1


def test_what_takes_too_long_is_ended_and_the_next_one_comes(press: Press) -> None:
    slow = Press(press.fonts, patience=0.3)
    with pytest.raises(PressFailed):
        slow.set(Sheet(HEAD + "<p>字</p>" * 200_000, "", AT))
    slow.patience = 60
    assert slow.set(Sheet(f"{HEAD}<p>字</p>", "", AT)).pages == 1
    slow.close()
