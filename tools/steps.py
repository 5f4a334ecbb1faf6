"""Runs named commands in lanes side by side, shows each one's output when it ends, and sums up."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from house import ROOT, say

_speaking = Lock()


@dataclass(frozen=True)
class Step:
    """One command: its name for people, its words, and where it runs."""

    name: str
    words: Sequence[str | Path]
    cwd: Path = ROOT


def run_lanes(lanes: Sequence[Sequence[Step]], env: Mapping[str, str]) -> list[str]:
    """Run the lanes at the same time, the steps of a lane in order. Returns the names of the steps that failed.

    A failed step does not stop the others: one look tells all that is wrong.
    """
    with ThreadPoolExecutor(len(lanes)) as pool:
        outcomes = pool.map(lambda lane: [step.name for step in lane if not _run(step, env)], lanes)
        return [name for failed in outcomes for name in failed]


def run_live(step: Step, env: Mapping[str, str]) -> bool:
    """Run one step with its output shown as it comes. True when it went well."""
    say(step.name)
    words = [str(word) for word in step.words]
    started = time.monotonic()
    done = subprocess.run(words, cwd=step.cwd, env=dict(env), stdin=subprocess.DEVNULL, check=False)
    _tell(step.name, done.returncode, time.monotonic() - started)
    return done.returncode == 0


def _run(step: Step, env: Mapping[str, str]) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        [str(word) for word in step.words],
        cwd=step.cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    with _speaking:
        if done.returncode:
            os.write(1, done.stdout)
        _tell(step.name, done.returncode, time.monotonic() - started)
    return done.returncode == 0


def _tell(name: str, code: int, seconds: float) -> None:
    say(f"{'ok    ' if code == 0 else 'FAILED'} {name} ({seconds:.1f} s)")
