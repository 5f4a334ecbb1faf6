"""The worked example of docs/draw-specification.md is executed, so that its figures cannot drift."""

import json
import re
from hashlib import sha256
from pathlib import Path

from server.core import draw
from server.core.draw.plan import COUNTED, FIELDS, OUT, PUBLIC_FLAGS, UNCOUNTED
from server.core.draw.words import FACE_WORDS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "draw-specification.md").read_text("utf-8")


def test_every_printf_of_the_worked_example_gives_the_figure_below_it() -> None:
    examples = re.findall(r"^printf '([^']*)' \| sha256sum\n([0-9a-f]{64})$", TEXT, re.MULTILINE)
    assert len(examples) == 6
    for text, expected in examples:
        assert sha256(text.encode()).hexdigest() == expected


def test_the_worked_example_is_the_bundle_of_the_vectors() -> None:
    bundle = json.loads((ROOT / "tests/vectors/draw/bundles/county.json").read_text("utf-8"))
    certificate = bundle["certificate"]
    for figure in (certificate["plan_digest"], certificate["seed"], draw.pair_seed(certificate["seed"])):
        assert figure in TEXT
    assert draw.verify(bundle) == []


def test_the_specification_names_every_field_and_every_code() -> None:
    for fields in FIELDS.values():
        for field in fields:
            assert f"`{field}`" in TEXT or f'"{field}"' in TEXT, field
    for code in (*COUNTED, *UNCOUNTED, *OUT, *PUBLIC_FLAGS, *FACE_WORDS):
        assert f"`{code}`" in TEXT, code


def test_every_test_that_the_specification_names_is_there() -> None:
    named = re.findall(r"\| `(test_\w+\.py)` \| `(test_\w+)` \|", TEXT)
    assert len(named) > 20
    for file, test in named:
        (path,) = (ROOT / "tests").rglob(file)
        assert f"def {test}(" in path.read_text("utf-8"), test
