"""What a phone has to load before its first page stands: the page, its scripts and styles, as they travel (gzip)."""

import gzip
import json
import re
from pathlib import Path

DIST = Path(__file__).parents[2] / "pwa" / "dist"


def packed_size(path: Path) -> int:
    """Bytes as the server sends them."""
    return len(gzip.compress(path.read_bytes(), 9, mtime=0))


def main() -> None:
    """Print the figure."""
    page = DIST / "index.html"
    linked = re.findall(r'<(?:script|link)\b[^>]*?(?:src|href)="/(assets/[^"]+)"', page.read_text("utf-8"))
    files = [page, *(DIST / name for name in dict.fromkeys(linked))]
    for path in files:
        print(f"{packed_size(path):>8} {path.relative_to(DIST)}")
    figure = {
        "id": "first-route-kb",
        "what": f"first route of the phone app, gzip, {len(files)} files",
        "value": round(sum(map(packed_size, files)) / 1000, 1),
        "unit": "kB",
        "goal": 130,
        "peer": "Enketo 377, ODK Web Forms 1,262",
        "runs": 1,
    }
    print(json.dumps(figure, ensure_ascii=False))


if __name__ == "__main__":
    main()
