"""Several papers at once: a zip of files, or one PDF; sent while it is made, one paper in memory at a time."""

import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from pypdf import PdfReader, PdfWriter

PIECE = 64 * 1024
_UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


class _Drain:
    """What zipfile writes to: gives the bytes away, keeps only their number."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.place = 0

    def write(self, data: bytes) -> int:
        self.pieces.append(bytes(data))
        self.place += len(data)
        return len(data)

    def tell(self) -> int:
        return self.place

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> Iterator[bytes]:
        pieces, self.pieces = self.pieces, []
        yield from pieces


def file_name(*words: str) -> str:
    """A file name of these words, without what a file system or a zip could misread."""
    return _UNFIT.sub("", "-".join(word for word in words if word)).strip(". ")[:120] or "文书"


def zipped(papers: Iterable[tuple[str, Path]]) -> Iterator[bytes]:
    """A zip of (name, file), unpacked sizes as they are: a PDF does not get smaller."""
    drain = _Drain()
    with zipfile.ZipFile(drain, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        for name, path in papers:
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            with path.open("rb") as source, archive.open(entry, "w") as target:
                while piece := source.read(PIECE):
                    target.write(piece)
                    yield from drain.take()
            yield from drain.take()
    yield from drain.take()


def joined(papers: Iterable[tuple[str, Path]]) -> Iterator[bytes]:
    """One PDF with a bookmark per paper, for printing a pile."""
    writer = PdfWriter()
    for name, path in papers:
        with path.open("rb") as source:
            writer.append(PdfReader(source), outline_item=name, import_outline=False)
    with tempfile.TemporaryFile() as held:
        writer.write(held)
        writer.close()
        held.seek(0)
        while piece := held.read(PIECE):
            yield piece
