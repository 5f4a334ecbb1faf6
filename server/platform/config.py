"""Settings of one installation, read once from the environment.

Every setting has a default that works on one small server: SQLite, local files, no second service.
A province sets `SUICHA_DATABASE_URL` and `SUICHA_REDIS_URL` and changes nothing else.
"""

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Settings:
    """All that differs between two installations. Sizes in bytes, times in the unit of their name."""

    instance: Path
    database_url: str
    redis_url: str | None = None
    demo: bool = False
    secure: bool = False
    testing: bool = False
    pwa_folder: Path = PROJECT / "pwa" / "dist"
    checklists_folder: Path = PROJECT / "checklists"
    session_hours: int = 12
    offline_hours: int = 72
    evening_hour: int = 17
    photo_bytes: int = 25 * 1024 * 1024
    chunk_bytes: int = 512 * 1024
    request_bytes: int = 8 * 1024 * 1024
    parcel_bytes: int = 2 * 1024 * 1024 * 1024
    login_tries: str = "10 per minute"
    proxies: int = 0

    @property
    def blobs_folder(self) -> Path:
        return self.instance / "blobs"

    @property
    def uploads_folder(self) -> Path:
        return self.instance / "uploads"

    @property
    def keys_folder(self) -> Path:
        return self.instance / "keys"

    @property
    def restoring(self) -> Path:
        """Lies here while a backup is being restored, and if that was cut short, ever after."""
        return self.instance / "restore-unfinished"

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def _flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


def from_environment() -> Settings:
    """Settings from `SUICHA_*` variables; `docs/operate.md` lists them."""
    instance = Path(os.environ.get("SUICHA_INSTANCE", PROJECT / "instance")).resolve()
    return Settings(
        instance=instance,
        database_url=os.environ.get("SUICHA_DATABASE_URL", f"sqlite:///{instance / 'suicha.db'}"),
        redis_url=os.environ.get("SUICHA_REDIS_URL") or None,
        demo=_flag("SUICHA_DEMO"),
        secure=_flag("SUICHA_SECURE"),
        pwa_folder=Path(os.environ.get("SUICHA_PHONE_APP", PROJECT / "pwa" / "dist")).resolve(),
        offline_hours=int(os.environ.get("SUICHA_OFFLINE_HOURS", "72")),
        evening_hour=int(os.environ.get("SUICHA_EVENING_HOUR", "17")),
        session_hours=int(os.environ.get("SUICHA_SESSION_HOURS", "12")),
        proxies=int(os.environ.get("SUICHA_PROXIES", "0")),
    )
