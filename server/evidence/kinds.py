"""What bytes are, by their first bytes: only pictures are ever opened, everything else is only kept."""

PNG = "image/png"
JPEG = "image/jpeg"
WEBP = "image/webp"
TEXT = "text/plain;charset=utf-8"
UNKNOWN = "application/octet-stream"
PICTURES = frozenset((JPEG, PNG, WEBP))
SNIFFED = 32


def sniff(head: bytes) -> str:
    """The media type of a file that begins with `head` (at least `SNIFFED` bytes of it, or all)."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    return UNKNOWN


def kind_of(head: bytes, claimed: str) -> str:
    """The media type to keep: what was sniffed, or plain text where that is claimed and nothing speaks against it.

    A claim never makes bytes a picture; text is served as a download like everything else.
    """
    found = sniff(head)
    if found == UNKNOWN and claimed == TEXT and b"\x00" not in head:
        return TEXT
    return found
