"""Runs apart: `preview_worker.py SOURCE TARGET WIDTH` makes a small JPEG of a picture, or ends with a code.

The limits are set before the first byte is parsed; size is checked before pixels are decoded. Only JPEG, PNG and WebP
are tried, one frame, no metadata goes over.
"""

import errno
import resource
import sys
import warnings

MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 5
PIXELS = 64_000_000
LONGEST = 20_000
FORMATS = ("JPEG", "PNG", "WEBP")
NO_ROOM = 3
"""The code for a disk that is full or fails, which says nothing about the picture."""


def limit() -> None:
    """Little memory, little time, one file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(source: str, target: str, width: int) -> int:
    """0 when TARGET is written, 1 when the picture is too large to be opened."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = PIXELS
    warnings.simplefilter("error")
    with Image.open(source, formats=FORMATS) as picture:
        if picture.width * picture.height > PIXELS or max(picture.size) > LONGEST:
            return 1
        picture.draft("RGB", (width * 2, width * 2))
        orientation = picture.getexif().get(0x0112, 1)
        small = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    small.thumbnail((width, width * 4))
    if small.mode == "RGBA":
        paper = Image.new("RGB", small.size, "white")
        paper.paste(small, mask=small.getchannel("A"))
        small = paper
    turned = Image.Exif()
    turned[0x0112] = orientation
    small.info["exif"] = turned.tobytes()
    upright = ImageOps.exif_transpose(small)
    upright.info.clear()
    upright.save(target, "JPEG", quality=80, optimize=True)
    return 0


if __name__ == "__main__":
    limit()
    try:
        sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
    except OSError as error:
        sys.exit(NO_ROOM if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO) else 1)
