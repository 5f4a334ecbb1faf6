"""files that go by hand; vaults that are recovered or lost"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "parcel",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("device_id", sa.String(36), nullable=False),
        sa.Column("taken_by_id", sa.String(36), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("packed_at", sa.String(40), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.Integer(), nullable=False),
        sa.Column("inspections", sa.JSON(), nullable=False),
        sa.Column("refusals", sa.JSON(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_parcel_device_id_device")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["person.id"], name=op.f("fk_parcel_taken_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel")),
    )
    op.create_index(op.f("ix_parcel_taken_at"), "parcel", ["taken_at"])
    op.create_table(
        "vault_recovery",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("device_id", sa.String(36), nullable=False),
        sa.Column("request", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("asked_by_id", sa.String(36), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.String(36), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_vault_recovery_device_id_device")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_vault_recovery_asked_by_id_person")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_vault_recovery_decided_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_recovery")),
    )
    op.create_index(op.f("ix_vault_recovery_device_id"), "vault_recovery", ["device_id"])
    with op.batch_alter_table("device") as table:
        table.add_column(sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("lost_told_by_id", sa.String(36), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("device") as table:
        table.drop_column("lost_told_by_id")
        table.drop_column("lost_at")
    op.drop_table("vault_recovery")
    op.drop_table("parcel")
