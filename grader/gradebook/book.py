"""Opening a gradebook: a database that is made, or brought up to date, when it is opened.

`where` is a path (SQLite) or a URL as SQLAlchemy knows them; `postgresql://` takes the driver psycopg. Several graders may write
at once: SQLite lets one write at a time and the others wait; elsewhere rows' numbers are unique, and who comes second tries
again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    IntegrityError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.pool import NullPool

from grader.errors import GraderError, UsageError

REVISION = "002"
_PATIENCE = 60  # seconds that a writer waits for another one
_ATTEMPTS = 20
_MIGRATION_LOCK = 7_261_953_001  # any number, the same in every grader
Answer = TypeVar("Answer")


class Gradebook:
    """An open gradebook. A context manager."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def read(self, question: Callable[[Connection], Answer]) -> Answer:
        """Ask within one transaction. Raises `GraderError` when the database fails, `UsageError` for words that are no text."""
        try:
            with self.engine.connect() as connection:
                return question(connection)
        except UnicodeEncodeError as error:
            raise _no_text(error) from error
        except (DatabaseError, InterfaceError) as error:
            raise _failed(self.engine.url, error) from error

    def write(self, change: Callable[[Connection], Answer]) -> Answer:
        """Do `change` whole or not at all; again from its beginning when another grader was quicker.

        Raises `GraderError` when the database fails, `UsageError` for words that are no text.
        """
        for attempt in range(_ATTEMPTS):
            try:
                with self.engine.execution_options(grader_writes=True).begin() as connection:
                    return change(connection)
            except IntegrityError as error:
                if attempt == _ATTEMPTS - 1:
                    raise _failed(self.engine.url, error) from error
            except UnicodeEncodeError as error:
                raise _no_text(error) from error
            except (DatabaseError, InterfaceError) as error:
                raise _failed(self.engine.url, error) from error
        raise AssertionError("unreachable")

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.engine.dispose()


def open_gradebook(where: str, *, create: bool = False) -> Gradebook:
    """The gradebook at a path or URL; with `create`, it is made where there is none.

    Raises `UsageError` for a URL that cannot be, a driver that is not installed, a file that is not there and one that is no
    gradebook or was made by a newer grader, and for a server that lets nobody in; `GraderError` when the database fails.
    """
    url = gradebook_url(where)
    engine = _engine(url)
    if not create and url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise UsageError(f"there is no gradebook {url.database}", remedy="grade with --gradebook first, which makes one")
    book = Gradebook(engine)
    found = book.read(_revision)
    if found != REVISION:
        book.write(lambda connection: _migrate(connection, create))
    return book


def check_address(where: str) -> None:
    """Refuse a path or URL that no gradebook can have; nothing is made and no server asked. Raises `UsageError`."""
    url = gradebook_url(where)
    _engine(url).dispose()
    if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith("file:"):  # that is a URI of SQLite's
        path = Path(url.database)
        if path.is_dir():
            raise UsageError(f"--gradebook: {path} is a folder; name a file in it")
        if not path.parent.is_dir():
            raise UsageError(f"--gradebook: there is no folder {path.parent}")


def gradebook_url(where: str) -> URL:
    """The URL that `where` means. Raises `UsageError`."""
    if "://" not in where:
        return URL.create("sqlite", database=where)
    try:
        url = make_url(where)
    except (ArgumentError, ValueError) as error:
        raise UsageError("--gradebook: the URL of the database cannot be read") from error  # it may hold a password
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    return url


def _engine(url: URL) -> Engine:
    try:
        if url.get_backend_name() == "sqlite":
            engine = create_engine(url, connect_args={"timeout": _PATIENCE}, poolclass=NullPool)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_at_once)
            return engine
        return create_engine(url, poolclass=NullPool)  # a connection at a time, closed after each transaction
    except NoSuchModuleError as error:
        raise UsageError(f"--gradebook: no database is called {url.drivername!r}") from error
    except ImportError as error:
        wanted = "pip install 'lab-grader[postgresql]'" if url.get_backend_name() == "postgresql" else f"install {error.name}"
        raise UsageError(f"--gradebook: {url.get_backend_name()} needs the package {error.name}", remedy=wanted) from error


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # else Python's module begins transactions when it pleases, and never around DDL
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin_at_once(connection: Connection) -> None:
    # A transaction that reads first and writes later would fail, not wait, when another one wrote in between.
    writes = connection.get_execution_options().get("grader_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def _migrate(connection: Connection, create: bool) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    found = _revision(connection)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found and found not in known:
        raise UsageError(
            f"the gradebook was made by a newer grader (revision {found}; this one knows {REVISION})", remedy="upgrade the grader"
        )
    tables = inspect(connection).get_table_names()
    if not found and (tables or not create):
        said = f"holds other tables ({', '.join(sorted(tables)[:3])})" if tables else "is empty"
        raise UsageError(f"the database is no gradebook: it {said}", remedy="grade with --gradebook and a database of its own")
    command.upgrade(config, "head")


def _no_text(error: UnicodeEncodeError) -> UsageError:
    """For bytes of a command line that are no UTF-8: no database keeps them."""
    return UsageError(f"{error.object!r} is no text in UTF-8, and a gradebook keeps nothing else")


def _failed(url: URL, error: Exception) -> GraderError:
    cause = getattr(error, "orig", None) or error
    where = url.render_as_string(hide_password=True)
    if isinstance(error, OperationalError) and error.statement is None and url.host:  # nothing was asked yet: no connection
        return UsageError(
            f"--gradebook: no connection to {url.host}: {' '.join(str(cause).split())}",
            remedy="see that the server runs, and that the URL is right; what is graded is kept",
        )
    if "not a database" in str(cause):
        return UsageError(f"{where}: is no gradebook: {cause}")
    return GraderError(f"gradebook {where}: {' '.join(str(cause).split())}")
