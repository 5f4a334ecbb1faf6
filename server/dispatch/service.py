"""The face of dispatch for later stages: one place to import from."""

from server.dispatch.changing import replace_inspector, set_state, withdraw
from server.dispatch.feed import Changes, changes_since, person_feed
from server.dispatch.making import dispatch_draw
from server.dispatch.payload import present_cards, task_payload
from server.dispatch.reading import (
    assigned,
    ever_assigned,
    find,
    led_by,
    people_of,
    task_by_id,
    task_for,
    tasks_by_id,
    tasks_of,
)

__all__ = [
    "Changes",
    "assigned",
    "changes_since",
    "dispatch_draw",
    "ever_assigned",
    "find",
    "led_by",
    "people_of",
    "person_feed",
    "present_cards",
    "replace_inspector",
    "set_state",
    "task_by_id",
    "task_for",
    "task_payload",
    "tasks_by_id",
    "tasks_of",
    "withdraw",
]
