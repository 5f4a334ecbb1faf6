"""Files that only the service's account reads, whatever the umask of whoever starts the program."""

import os
from contextlib import suppress
from pathlib import Path


def begin_private(file: Path) -> None:
    """Make an empty file with mode 0600 where there is none; what another program makes beside it (`-wal`, a rollback
    journal) takes its mode. Where that cannot be, whoever opens the file says so better."""
    with suppress(OSError):
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
