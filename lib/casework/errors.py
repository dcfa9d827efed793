"""What can go wrong in front of an officer. Each message is Korean and says what to do next."""

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from lib.casework.models import Case, Event


class CaseworkError(Exception):
    """The base of all: ``str(error)`` may be shown to an officer as it is."""


class UnknownCase(CaseworkError):
    """No case has this number or id."""


class UnknownPhoto(CaseworkError):
    """No photo with this hash was kept."""


class NotAllowed(CaseworkError):
    """The change breaks a rule of casework: a transition, a missing note, an empty name."""


class Conflict(CaseworkError):
    """Someone changed the case after the officer saw it. Nothing was written; ``case`` is how it stands now."""

    def __init__(self, case: Case, since: Sequence[Event]) -> None:
        self.case, self.since = case, tuple(since)
        changes = "; ".join(f"{event.by} 님이 {event.when}에 {event.text}" for event in since) or "다른 곳에서 변경됨"
        super().__init__(
            f"{case.number} 건이 그 사이 바뀌어 저장하지 않았습니다. [{changes}] "
            "바뀐 내용을 확인한 뒤 다시 처리하십시오."
        )


class DatabaseUnavailable(CaseworkError):
    """The database cannot be reached, opened or trusted."""


class DatabaseMoved(DatabaseUnavailable):
    """The file of the case book is no longer the one that was opened."""

    def __init__(self) -> None:
        super().__init__(_MOVED)


class DatabaseBusy(CaseworkError):
    """Another program held the database for too long."""


class StorageFull(CaseworkError):
    """No room left to write."""


class NewerDatabase(CaseworkError):
    """The database was written by a newer release of the suite."""


_BUSY = "다른 작업이 사건부를 쓰고 있어 저장하지 못했습니다. 잠시 뒤 다시 시도하십시오."
_FULL = "저장 공간이 가득 차 저장하지 못했습니다. 디스크를 비운 뒤 다시 시도하십시오."
_DENIED = "사건부에 쓸 권한이 없습니다. 관리자에게 데이터베이스 권한을 요청하십시오."
_DAMAGED = "사건부 파일이 손상되었거나 사건부가 아닙니다. 사용을 멈추고 관리자에게 백업 복구를 요청하십시오."
_LOST = (
    "사건부 데이터베이스에 연결할 수 없습니다. 네트워크와 AX_DATABASE_URL(또는 AX_DATA_DIR) 설정을 확인하고, "
    "연결된 뒤 건을 새로 고쳐 저장되었는지 확인하십시오."
)
_MOVED = (
    "사건부 파일이 없어졌거나 다른 파일로 바뀌어 저장하지 않았습니다. 원래 파일을 제자리에 돌려놓거나, "
    "관리자에게 알려 프로그램을 끝내고 백업을 복구한 뒤 다시 시작하십시오."
)
_ADDRESS = "AX_DATABASE_URL 설정을 읽을 수 없습니다. postgresql://사용자:비밀번호@서버:5432/이름 형식인지 확인하십시오."

_SQLITE = {  # by primary result code: https://sqlite.org/rescode.html
    "SQLITE_BUSY": (DatabaseBusy, _BUSY),
    "SQLITE_LOCKED": (DatabaseBusy, _BUSY),
    "SQLITE_FULL": (StorageFull, _FULL),
    "SQLITE_READONLY": (DatabaseUnavailable, _DENIED),
    "SQLITE_PERM": (DatabaseUnavailable, _DENIED),
    "SQLITE_CORRUPT": (DatabaseUnavailable, _DAMAGED),
    "SQLITE_NOTADB": (DatabaseUnavailable, _DAMAGED),
    "SQLITE_CANTOPEN": (DatabaseUnavailable, _LOST),
    "SQLITE_IOERR": (DatabaseUnavailable, _LOST),
}
_POSTGRESQL = {  # by SQLSTATE
    "53100": (StorageFull, _FULL),
    "55P03": (DatabaseBusy, _BUSY),
    "40001": (DatabaseBusy, _BUSY),
    "40P01": (DatabaseBusy, _BUSY),
    "57014": (DatabaseBusy, _BUSY),
    "53300": (DatabaseBusy, _BUSY),
    "42501": (DatabaseUnavailable, _DENIED),
    "25006": (DatabaseUnavailable, _DENIED),
}


def told_of(error: DBAPIError) -> CaseworkError | None:
    """What an officer is told of it; None for one that is a fault of the program."""
    sqlite_name = "_".join(str(getattr(error.orig, "sqlite_errorname", "")).split("_")[:2])
    known = _SQLITE.get(sqlite_name) or _POSTGRESQL.get(getattr(error.orig, "sqlstate", None) or "")
    if known:
        kind, message = known
        return kind(message)
    if isinstance(error, OperationalError) and not sqlite_name:
        return DatabaseUnavailable(_LOST)
    return None


@contextmanager
def told_to_officer() -> Iterator[None]:
    """Turn what a database or disk says into a ``CaseworkError``; programming errors pass through untouched."""
    try:
        yield
    except DBAPIError as error:
        if (told := told_of(error)) is None:
            raise
        raise told from error
    except PoolTimeout as error:
        raise DatabaseBusy(_BUSY) from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise DatabaseUnavailable(_ADDRESS) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(_FULL) from error
        raise DatabaseUnavailable(
            f"저장 폴더를 쓸 수 없습니다({error.strerror}). AX_DATA_DIR 설정을 확인하십시오."
        ) from error
