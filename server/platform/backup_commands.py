"""`flask backup …`: make, verify, restore."""

from pathlib import Path

import click
from flask.cli import AppGroup

from server.platform.backup import BackupFailed, make_backup, restore_backup, verify_backup

backup = AppGroup("backup", help="备份：数据库、证据和密钥一起备份，读回校验后才算数。")
COMMANDS = [backup]

Folder = click.Path(file_okay=False, path_type=Path)


@backup.command("make")
@click.argument("target", type=Folder)
def make(target: Path) -> None:
    """在 TARGET 下建立一份新的备份；服务可以照常运行。"""
    try:
        folder, manifest = make_backup(target)
    except BackupFailed as error:
        raise click.ClickException(f"备份没有完成：{error}") from error
    click.echo(f"备份完成并已校验：{folder}，数据库 {manifest.rows} 行，证据和文书 {manifest.blobs} 件。")


@backup.command("verify")
@click.argument("folder", type=Folder)
def verify(folder: Path) -> None:
    """重新读一遍整份备份，逐件核对。"""
    try:
        manifest = verify_backup(folder)
    except BackupFailed as error:
        raise click.ClickException(f"这份备份不可用：{error}") from error
    click.echo(f"备份完好：{manifest.snapshot_at}，数据库 {manifest.rows} 行，证据和文书 {manifest.blobs} 件。")


@backup.command("restore")
@click.argument("folder", type=Folder)
def restore(folder: Path) -> None:
    """恢复到一个空的实例目录；手机会把仍保存的内容全部重新上传。"""
    try:
        manifest = restore_backup(folder)
    except BackupFailed as error:
        raise click.ClickException(f"没有恢复：{error}") from error
    click.echo(
        f"已恢复：数据库 {manifest.rows} 行，证据和文书 {manifest.blobs} 件。下一步：flask db upgrade，然后启动服务。"
    )
