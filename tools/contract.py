"""openapi.json: `contract.py write` makes it from the routes, `contract.py check` answers 1 when it has drifted.

Runs inside the virtual environment.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from server import create_app
from server.platform.config import Settings

ROOT = Path(__file__).resolve().parents[1]
CONTRACT = ROOT / "openapi.json"


def contract() -> str:
    """The document as the routes declare it, the same bytes on every machine."""
    with TemporaryDirectory() as folder:
        settings = Settings(instance=Path(folder), database_url="sqlite://", testing=True)
        app = create_app(settings, described=True)
        spec = app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec
    return json.dumps(spec.to_dict(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> int:
    text = contract()
    if sys.argv[1:] == ["write"]:
        CONTRACT.write_text(text, "utf-8")
        return 0
    if CONTRACT.is_file() and CONTRACT.read_text("utf-8") == text:
        return 0
    print("openapi.json is not what the routes say: run make fix")
    return 1


if __name__ == "__main__":
    sys.exit(main())
