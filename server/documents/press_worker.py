"""The process that turns HTML into PDF: no network, bounded memory, one font configuration, many documents.

Started by `press.py` as a script of its own and fed through its standard input, so that nothing of the server (keys,
database, session) is in reach of what parses fonts, images and HTML. It imports nothing from the server.

A frame is two lengths (8 bytes each, big-endian), a JSON head and a body of bytes. A request's head is
`{html, css, pictures: [[name, size]…], attachments: [[name, description, media type, size]…], at, identifier}`;
its body is all pictures and attachments one after another. The answer's head is
`{ok, pages, fonts, refused, warnings}` or `{ok: false, error}`; its body is the PDF.
"""

import contextlib
import ctypes
import io
import json
import logging
import os
import resource
import struct
import sys
from datetime import datetime
from typing import Any, BinaryIO

LENGTHS = struct.Struct(">QQ")
MOST_BYTES = 256 * 1024 * 1024
MEMORY = 2 * 1024**3
NEW_NETWORK, NEW_USER = 0x40000000, 0x10000000
FORBIDDEN = ("socket.connect", "socket.getaddrinfo", "socket.bind", "subprocess.Popen", "os.system", "os.exec")
PICTURE = "picture:"


def write_frame(stream: BinaryIO, head: dict[str, Any], body: bytes = b"") -> None:
    """Send one frame and flush it."""
    text = json.dumps(head, ensure_ascii=False).encode()
    stream.write(LENGTHS.pack(len(text), len(body)))
    stream.write(text)
    stream.write(body)
    stream.flush()


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next frame, or None at the end. Raises EOFError inside a frame and ValueError for one that is too large."""
    lengths = stream.read(LENGTHS.size)
    if not lengths:
        return None
    if len(lengths) < LENGTHS.size:
        raise EOFError
    head_size, body_size = LENGTHS.unpack(lengths)
    if head_size + body_size > MOST_BYTES:
        raise ValueError("frame too large")
    head, body = stream.read(head_size), stream.read(body_size)
    if len(head) < head_size or len(body) < body_size:
        raise EOFError
    return json.loads(head), body


def close_in() -> bool:
    """Give up network, memory beyond a bound and core dumps; says whether the kernel took the network away.

    Where it does not allow that, the audit hook of this process still refuses every connection.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    libc = ctypes.CDLL(None, use_errno=True)
    alone = any(libc.unshare(flags) == 0 for flags in (NEW_NETWORK, NEW_USER | NEW_NETWORK))

    def refuse(event: str, _arguments: tuple[Any, ...]) -> None:
        if event.startswith(FORBIDDEN):
            raise PermissionError(f"{event} is not for the press")

    sys.addaudithook(refuse)
    return alone


class Warnings(logging.Handler):
    """Keeps what the typesetter complained about, for the answer."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage()[:300])


def cut(parts: list[list[Any]], body: bytes) -> list[bytes]:
    """The body in pieces, by the size that ends each part's description."""
    pieces, at = [], 0
    for part in parts:
        pieces.append(body[at : at + part[-1]])
        at += part[-1]
    return pieces


class Typesetter:
    """WeasyPrint, loaded once, with a fetcher that knows the handed-in pictures and nothing else."""

    def __init__(self) -> None:
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration

        self.weasyprint = weasyprint
        self.fonts = FontConfiguration()
        self.log = Warnings()
        logger = logging.getLogger("weasyprint")
        logger.handlers[:] = [self.log]
        logger.propagate = False

    def fetcher(self, pictures: dict[str, bytes], refused: list[str]) -> Any:
        """An URL fetcher for one document. Addresses that it refused are listed."""
        from weasyprint.urls import URLFetcher, URLFetcherResponse

        class Handed(URLFetcher):
            def fetch(self, url: str, headers: Any = None) -> Any:
                name = url.removeprefix(PICTURE)
                if name == url or name not in pictures:
                    refused.append(url[:200])
                    raise PermissionError(f"not handed in: {url[:200]}")
                return URLFetcherResponse(url, pictures[name])

        return Handed(allowed_protocols=())

    def set(self, head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        """One document. The same request gives the same bytes."""
        parts = head["pictures"] + head["attachments"]
        pieces = cut(parts, body)
        count = len(head["pictures"])
        refused: list[str] = []
        pictures = {part[0]: piece for part, piece in zip(head["pictures"], pieces[:count], strict=True)}
        fetcher = self.fetcher(pictures, refused)
        self.log.lines = []
        sheet = self.weasyprint.CSS(string=head["css"], url_fetcher=fetcher, font_config=self.fonts)
        page = self.weasyprint.HTML(string=head["html"], url_fetcher=fetcher)
        document = page.render(font_config=self.fonts, stylesheets=[sheet], pdf_variant="pdf/a-3u")
        pdf = document.write_pdf(
            pdf_variant="pdf/a-3u",
            pdf_identifier=bytes.fromhex(head["identifier"]),
            attachments=[
                self.attachment(part, piece, head["at"], fetcher)
                for part, piece in zip(head["attachments"], pieces[count:], strict=True)
            ],
        )
        families = sorted({font.family for font in document.fonts.values()})
        answer = {"ok": True, "pages": len(document.pages), "fonts": families}
        return answer | {"refused": refused, "warnings": self.log.lines}, pdf

    def attachment(self, part: list[Any], piece: bytes, at: str, fetcher: Any) -> Any:
        moment = datetime.fromisoformat(at)
        return self.weasyprint.Attachment(
            file_obj=io.BytesIO(piece),
            url_fetcher=fetcher,
            name=part[0],
            description=part[1],
            created=moment,
            modified=moment,
            relationship="Source",
        )


def main() -> None:
    """Serve requests until the input ends."""
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    alone = close_in()
    typesetter = Typesetter()
    write_frame(sink, {"ok": True, "alone": alone})
    while frame := read_frame(source):
        try:
            answer, pdf = typesetter.set(*frame)
        except Exception as error:  # whatever a document does to the typesetter, the next one gets its turn
            answer, pdf = {"ok": False, "error": f"{type(error).__name__}: {error}"[:500]}, b""
        write_frame(sink, answer, pdf)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        main()
