"""`flask records attest`: the statement that is kept outside."""

import json
from datetime import timedelta
from pathlib import Path

import click

from server.inspection.attest import attest
from server.platform.clock import now
from server.platform.db import transaction

SLACK = timedelta(minutes=5)
"""Longer than any request lasts: what was stamped before is committed by now."""


@click.group(help="记录：对留痕和检查日志出具签名存证。")
def records() -> None:
    """Records."""


@records.command("attest")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def attest_command(folder: Path) -> None:
    """把签名存证写入 FOLDER，请保存在服务器以外；用 verify/verify_records.py 核验。"""
    with transaction():
        statement = attest(now() - SLACK)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"attestation-{statement['made_at'].replace(':', '')}.json"
    path.write_text(json.dumps(statement, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    click.echo(f"{path}\n留痕 {statement['trail']['rows']} 行，日志 {statement['entries']['rows']} 条")


COMMANDS = [records]
