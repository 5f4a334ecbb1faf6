"""`flask checklist law-text`: official text from a file; joins the commands for those who write checklists."""

from pathlib import Path

import click

from server.platform.checklist_commands import checklist_group
from server.platform.db import transaction
from server.platform.errors import Problem
from server.platform.form_faults import WrongDefinition
from server.rulebook import law_texts

COMMANDS = ()


@checklist_group.command("law-text")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def law_text_command(file: Path) -> None:
    """Enter the checked official texts of FILE (checklists/README.md, 10)."""
    try:
        rows = law_texts.read_texts(file.read_text("utf-8"), file.name)
        with transaction():
            made = law_texts.enter(None, rows)
    except WrongDefinition as wrong:
        lines = (f"{fault.file}:{fault.line}: {fault.zh}" for fault in wrong.faults)
        raise click.ClickException("\n".join(lines)) from wrong
    except Problem as problem:
        raise click.ClickException(problem.sentence("zh")) from problem
    click.echo(f"共{len(rows)}条，新登记{made}条")
