"""the keys of the journal begin with the inspection"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("journal_entry", "journal_run")


def upgrade() -> None:
    _rekey("inspection_id", "id")


def downgrade() -> None:
    _rekey("id")


def _rekey(*columns: str) -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(op.f(f"pk_{table}"), type_="primary")
            batch_op.create_primary_key(op.f(f"pk_{table}"), list(columns))
