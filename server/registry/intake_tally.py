"""How many rows of a file were new, changed, or the same as before."""

from dataclasses import dataclass


@dataclass
class Tally:
    made: int = 0
    changed: int = 0
    same: int = 0
