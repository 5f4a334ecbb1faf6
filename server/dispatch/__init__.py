"""From a drawn premises to two people on their way: approval, notice, task, pinned checklists, replacement."""
