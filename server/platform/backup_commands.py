"""`flask backup …`: create, verify, restore, drill, key."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click
from flask import current_app
from flask.cli import AppGroup

from server.core.checklist.times import zh_moment
from server.platform.backup import (
    BackupFailed,
    drill,
    make_backup,
    newest,
    open_manifest,
    restore_backup,
    verify_backup,
)
from server.platform.backup_keys import current_key, rotate_key
from server.platform.clock import parse_iso
from server.platform.config import PROJECT, Settings
from server.platform.sealing import NotSealed, SealingKey, read_key

backup = AppGroup("backup", help="备份：数据库、证据和密钥一起加密备份，读回校验后才算数。")
COMMANDS = [backup]

Folder = click.Path(file_okay=False, path_type=Path)
KeyFile = click.option(
    "--key-file", type=click.File(encoding="ascii"), help="写有备份密钥的文件；不给时用本机 keys/ 里的。"
)


@contextmanager
def _told(words: str) -> Iterator[None]:
    try:
        yield
    except (BackupFailed, NotSealed, OSError) as error:  # a full disk and a folder that may not be read, too
        raise click.ClickException(f"{words}：{error}") from error


def _given(key_file: TextIO | None) -> SealingKey | None:
    return read_key(key_file.read()) if key_file else None


@backup.command("create")
@click.argument("target", type=Folder)
def create(target: Path) -> None:
    """在 TARGET 下建立一份新的备份；服务可以照常运行。"""
    with _told("备份没有完成"):
        folder, manifest = make_backup(target)
    click.echo(
        f"备份完成并已校验：{folder}，数据库 {manifest.rows} 行，证据和文书 {manifest.blobs} 件，"
        f"密钥编号 {manifest.key}。"
    )


@backup.command("verify")
@click.argument("folder", type=Folder)
@KeyFile
def verify(folder: Path, key_file: TextIO | None) -> None:
    """重新读一遍整份备份，逐件核对。"""
    with _told("这份备份不可用"):
        manifest = verify_backup(folder, _given(key_file))
    at = zh_moment(parse_iso(manifest.snapshot_at))
    click.echo(f"{at}的备份完好：数据库 {manifest.rows} 行，证据和文书 {manifest.blobs} 件。")


@backup.command("restore")
@click.argument("folder", type=Folder)
@KeyFile
@click.option("--check", is_flag=True, help="恢复后逐表逐件与备份核对（演练用）。")
def restore(folder: Path, key_file: TextIO | None, check: bool) -> None:
    """恢复到一个空的实例目录；手机会把仍保存的内容全部重新上传。"""
    with _told("没有恢复"):
        manifest = restore_backup(folder, _given(key_file))
        faults = drill(manifest) if check else []
    if faults:
        raise click.ClickException("恢复后与备份不一致：\n" + "\n".join(faults))
    click.echo(f"已恢复：数据库 {manifest.rows} 行，证据和文书 {manifest.blobs} 件。")
    click.echo(
        f"注意：此备份截至{zh_moment(parse_iso(manifest.snapshot_at))}。此后在服务器上作出的决定（停用手机、删除证据、"
        "退回与签批、撤回任务、抽取与派发、人员和密码的变动等）都不在其中：停用的手机又可使用，删除的照片又会显示。"
        "请逐项核对并重新作出；局办公室的工作台已列出此待办。"
    )
    click.echo("下一步：flask db upgrade，然后启动服务。")


@backup.command("drill")
@click.argument("target", type=Folder)
@click.option("--database-url", help="演练用的空 PostgreSQL 数据库；SQLite 不需要。")
def drill_command(target: Path, database_url: str | None) -> None:
    """恢复演练：把 TARGET 下最新的备份恢复到一个临时实例，逐表逐件核对，然后删除；不影响正在使用的数据。"""
    settings: Settings = current_app.extensions["settings"]
    folder = newest(target)
    if folder is None:
        raise click.ClickException(f"{target} 下没有完整的备份。")
    if not settings.is_sqlite and database_url is None:
        raise click.ClickException("本机使用 PostgreSQL，请用 --database-url 给出一个空数据库。")
    with _told("演练没有通过"), tempfile.TemporaryDirectory(prefix="suicha-drill-") as name:
        instance = Path(name) / "instance"
        (Path(name) / "key").write_text(open_manifest(folder)[1].text, "ascii")
        url = database_url or f"sqlite:///{instance / 'suicha.db'}"
        words = [sys.executable, "-m", "flask", "--app", "wsgi", "backup", "restore", str(folder.resolve()), "--check"]
        done = subprocess.run(
            [*words, "--key-file", str(Path(name) / "key")],
            cwd=PROJECT,
            env=os.environ | {"SUICHA_INSTANCE": str(instance), "SUICHA_DATABASE_URL": url},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise click.ClickException(f"演练没有通过：{done.stderr.strip()}")
    restored, _, _ = done.stdout.partition("\n")
    click.echo(f"演练通过：{folder} 可以完整恢复。{restored}")


@backup.command("key")
@click.option("--new", is_flag=True, help="换一把新密钥；旧密钥留在 keys/ 里，供打开以前的备份。")
def show_key(new: bool) -> None:
    """显示备份密钥：请抄写两份，分别锁入保险柜，不要与备份放在一起。"""
    with _told("密钥读不出来"):
        key = rotate_key() if new else current_key()
    click.echo(f"密钥编号 {key.id}\n{key.text}")
