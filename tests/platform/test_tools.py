"""The scripts behind the Makefile: what they decide. That they work is seen by whoever runs make."""

import re
import socket
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


Tools = Callable[[str], ModuleType]


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Tools:
    """Imports a script of tools/ the way the scripts import each other."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return import_module


def test_make_help_lists_every_target(tool: Tools) -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert phony is not None
    assert [name for name, _ in tool("help").targets(text)] == phony[1].split()


@pytest.mark.parametrize(
    ("says", "accepted"),
    [("v18.20.4", False), ("v20.18.9", False), ("v20.19.0", True), ("v21.9.0", False), ("v22.11.0", False)]
    + [("v22.12.0", True), ("v23.0.0", True), ("v24.19.0", True), ("", False)],
)
def test_only_a_node_that_vite_accepts_is_used(tool: Tools, tmp_path: Path, says: str, accepted: bool) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho {says}\n")
    node.chmod(0o755)
    assert tool("node_side")._is_accepted(str(node)) is accepted


def test_a_taken_port_is_passed_over_and_an_asked_for_one_is_not_replaced(
    tool: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, house = tool("start"), tool("house")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert start._free_port("127.0.0.1", port) > port
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(house.Stop, match="cannot be used"):
            start._place(lan=False)


def test_a_step_is_done_for_the_content_it_was_done_with(
    tool: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = tool("house")
    monkeypatch.setattr(house, "MADE", tmp_path / "made")
    monkeypatch.setattr(house, "ROOT", tmp_path)
    file = tmp_path / "source"
    file.write_text("one")
    before = house.content_digest([file], "word")
    house.note_done("step", before)
    file.touch()
    assert house.is_done("step", house.content_digest([file], "word"))
    file.write_text("two")
    assert not house.is_done("step", house.content_digest([file], "word"))
    assert not house.is_done("step", house.content_digest([], "word"))


def test_a_figure_that_misses_its_goal_is_said_so(tool: Tools) -> None:
    bench = tool("bench")
    slow = {"id": "a", "what": "x", "value": 9, "unit": "ms", "goal": 7}
    fast = {"id": "b", "what": "y", "value": 0.4, "unit": "share", "goal": 0.3, "higher_is_better": True}
    assert bench.meets(slow) == "**missed**" and bench.meets(fast) == "reached"
    assert bench.merge([slow], [{**slow, "value": 6}, fast]) == [{**slow, "value": 6}, fast]
    assert "| `a` | x | 9 ms | ≤ 7 | **missed** |" in bench.page([slow, fast])
