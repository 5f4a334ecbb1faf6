"""Rows that count: read under a lock, made when they are not there yet."""

from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from server.dispatch.models import PersonFeed, Serial
from server.platform.db import db

Counter = TypeVar("Counter", Serial, PersonFeed)


def locked(model: type[Counter], **key: object) -> Counter:
    """The row with this key, ours until the transaction ends. Two requests that both find none make one: the second
    meets the first's key and takes its row."""
    query = select(model).filter_by(**key).with_for_update().execution_options(populate_existing=True)
    row = db.session.scalar(query)
    if row is not None:
        return row
    try:
        with db.session.begin_nested():
            db.session.add(model(**key))
    except IntegrityError:
        pass
    return db.session.scalars(query).one()
