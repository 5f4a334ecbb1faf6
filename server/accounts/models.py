"""Units as a tree by division code, people with roles, login sessions, enrolled devices."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.platform.auth import Role
from server.platform.db import Base, Keyed
from server.platform.keys import Jwk


class UnitKind(StrEnum):
    BUREAU = "bureau"
    BRIGADE = "brigade"
    OFFICE = "office"
    LEGAL = "legal"
    STATION = "station"
    SUPERVISION = "supervision"


class Unit(Keyed, Base):
    """A unit of the bureau. Documents go out in the bureau's name; `short` is the word in document numbers."""

    __tablename__ = "unit"

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    short: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(20))
    division_code: Mapped[str] = mapped_column(String(12))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))


class Person(Keyed, Base):
    """Somebody with an account. `badge_no` is text: leading zeros count."""

    __tablename__ = "person"

    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    badge_no: Mapped[str | None] = mapped_column(String(6), unique=True)
    roles: Mapped[list[str]] = mapped_column(JSON)
    active: Mapped[bool] = mapped_column(default=True)
    valid_until: Mapped[date | None]

    unit: Mapped[Unit] = relationship(lazy="joined")

    @property
    def role_set(self) -> frozenset[Role]:
        return frozenset(Role(r) for r in self.roles)


class LoginSession(Base):
    """A session on the server. The cookie's token is kept as its SHA-256 only."""

    __tablename__ = "login_session"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Device(Base):
    """One person in one browser profile. Its key signs what it says; `wrapped_key` is the vault's content key sealed
    to the bureau's recovery key, so that a forgotten password loses nothing. `lost_at`: its vault was found gone."""

    __tablename__ = "device"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    label: Mapped[str] = mapped_column(String(120))
    public_key: Mapped[Jwk] = mapped_column(JSON)
    alg: Mapped[str] = mapped_column(String(16))
    wrapped_key: Mapped[str] = mapped_column(Text)
    enrolled_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None] = mapped_column(String(200))
    lost_at: Mapped[datetime | None]
    lost_told_by_id: Mapped[str | None] = mapped_column(String(36))

    person: Mapped[Person] = relationship(lazy="joined")


class VaultRecovery(Keyed, Base):
    """One person asks for a vault to be opened to its owner, a second decides. `request` is what the phone showed (20
    hex digits); the code that answers it is made when it is decided, and not kept."""

    __tablename__ = "vault_recovery"
    __table_args__ = (Index(None, "device_id"),)

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"))
    request: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(400))
    asked_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    agreed: Mapped[bool | None]

    device: Mapped[Device] = relationship(lazy="joined")
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id], lazy="joined")
