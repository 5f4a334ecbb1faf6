"""Stored bytes, to which inspections they belong, uploads under way, and erasures decided by two people."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from server.platform.blobs import NAMED
from server.platform.db import Base, Keyed


class Blob(Base):
    """Bytes that lie in the blob store, or lay there: an erased blob keeps its row as a tombstone.

    `media_type` is what the bytes are (sniffed), never what somebody called them; `size` in bytes.
    """

    __tablename__ = "blob"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(40))
    stored_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    erased_reason: Mapped[str | None] = mapped_column(String(400))


NAMED.append(select(Blob.sha256).where(Blob.erased_at.is_(None)))


class BlobInspection(Base):
    """An inspection for which somebody sent these very bytes: who may see the inspection may see them."""

    __tablename__ = "blob_inspection"
    __table_args__ = (Index(None, "inspection_id"),)

    sha256: Mapped[str] = mapped_column(ForeignKey("blob.sha256"), primary_key=True)
    inspection_id: Mapped[str] = mapped_column(String(36), primary_key=True)


class Upload(Keyed, Base):
    """An upload under way. How far it has come is the length of its file: no row is written per chunk."""

    __tablename__ = "upload"
    __table_args__ = (Index(None, "expires_at"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    inspection_id: Mapped[str] = mapped_column(String(36))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime]
    done: Mapped[bool] = mapped_column(default=False)


class Erasure(Keyed, Base):
    """A lead asks for bytes to be erased, the legal office decides. The reason outlives the bytes."""

    __tablename__ = "erasure"
    __table_args__ = (Index(None, "sha256"),)

    sha256: Mapped[str] = mapped_column(String(64))
    inspection_id: Mapped[str] = mapped_column(String(36))
    reason: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    agreed: Mapped[bool | None]
