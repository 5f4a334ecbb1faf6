"""seals of files held elsewhere"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "held_elsewhere_seal",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("inspection_id", sa.String(36), nullable=False),
        sa.Column("entry_id", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.String(36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["task.id"], name=op.f("fk_held_elsewhere_seal_inspection_id_task")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_held_elsewhere_seal_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_elsewhere_seal")),
        sa.UniqueConstraint("entry_id", "sha256", name=op.f("uq_held_elsewhere_seal_entry_id_sha256")),
    )
    op.create_index(op.f("ix_held_elsewhere_seal_inspection_id"), "held_elsewhere_seal", ["inspection_id"])


def downgrade() -> None:
    op.drop_table("held_elsewhere_seal")
