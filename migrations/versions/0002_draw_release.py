"""a sealed result opened before its date"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draw_release",
        sa.Column("draw_id", sa.String(length=36), nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_draw_release_by_id_person")),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_draw_release_draw_id_draw")),
        sa.PrimaryKeyConstraint("draw_id", name=op.f("pk_draw_release")),
    )


def downgrade() -> None:
    op.drop_table("draw_release")
