"""Draws the film that Chromium's fake camera shows: a hotel's register on a counter, a second hand running.

Motion JPEG, because Chromium reads it frame by frame and a raw film would be a hundred times larger.
Usage: python camera.py out.mjpeg
"""

import math
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from pylopdf_fonts_zh_cn import __file__ as fonts

SIZE = (1280, 720)
FRAMES = 12
LINES = ("住宿登记簿", "301  王○○  身份证已核验  11-21 20:14", "302  李○○  身份证已核验  11-21 21:02")


def frame(number: int) -> bytes:
    """One picture as JPEG."""
    image = Image.new("RGB", SIZE, (94, 74, 58))
    draw = ImageDraw.Draw(image)
    large, small = (ImageFont.truetype(str(Path(fonts).parent / "NotoSansSC-Regular.otf"), size) for size in (56, 36))
    draw.rectangle((120, 90, 1160, 640), fill=(247, 244, 236), outline=(60, 60, 60), width=4)
    draw.text((160, 120), LINES[0], font=large, fill=(20, 23, 31))
    for row in range(6):
        top = 220 + row * 66
        draw.line((150, top + 58, 1130, top + 58), fill=(160, 160, 160), width=2)
        if row < len(LINES) - 1:
            draw.text((160, top), LINES[row + 1], font=small, fill=(18, 50, 107))
    turn = 2 * math.pi * number / FRAMES
    draw.ellipse((980, 110, 1080, 210), outline=(140, 29, 24), width=4)
    draw.line((1030, 160, 1030 + 40 * math.sin(turn), 160 - 40 * math.cos(turn)), fill=(140, 29, 24), width=4)
    out = BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def main() -> None:
    """Write the film."""
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"".join(map(frame, range(FRAMES))))


if __name__ == "__main__":
    main()
