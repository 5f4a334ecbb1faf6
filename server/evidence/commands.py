"""`flask evidence tidy`: what the worker does every night, at once."""

import click

from server.evidence import tidying
from server.platform.db import transaction


@click.group(help="证据文件。")
def evidence() -> None:
    """Evidence."""


@evidence.command()
def tidy() -> None:
    """清理无人完成的上传，以及已批准删除而尚未删尽的文件；后台每天夜里也会自动清理。"""
    with transaction():
        done = tidying.tidy()
    click.echo(f"清理未完成的上传 {done.uploads} 件，删尽已批准删除的文件 {done.erased} 件。")


COMMANDS = (evidence,)
