"""How each kind of file is taken in, as the screens and commands do it; run as a program, in a process that bad files may ruin.

``python -m tests.faults.intakes KIND`` reads paths from stdin, a line each, and says a line before and after each: see ``Told``.
"""

import json
import os
import resource
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any, get_args

MEMORY = 5 * 2**29  # bytes over what the program needs before the first file

Take = Callable[[bytes, Path], str]
Errors = tuple[type[Exception], ...]


def table() -> tuple[Take, Errors]:
    from lib.tables import checking, reading
    from lib.tables.contract import Column, Kind, Table

    def take(data: bytes, path: Path) -> str:
        raw = reading.read(path, path.name) if len(data) % 2 else reading.read(data, path.name)
        columns = tuple(
            Column(f"c{n}", title, kind, nullable=True)
            for n, (title, kind) in enumerate(zip(raw.column_names[:9], cycle(get_args(Kind)), strict=False))
        )
        found = checking.check(raw, Table("any", "자료", "c0", columns))
        checking.violations_csv(found)
        checking.rejected_csv(found)
        return f"{raw.num_columns} x {raw.num_rows}: {raw.slice(0, 2).to_pylist()}"

    return take, (reading.TableError,)


def contract() -> tuple[Take, Errors]:
    """A table against the contract that its name tells: ``n.fetch.exports.csv``."""
    from importlib import import_module

    from lib.tables import checking, reading

    def take(data: bytes, path: Path) -> str:
        _, entry, name, _ = path.name.split(".")
        found = checking.check(reading.read(data, path.name), import_module(f"lib.entries.{entry}.tables").TABLES[name])
        checking.rejected_csv(found)
        return f"{found.rows.num_rows} rows, {found.violation_count} violations {checking.violation_rows(found)[:3]}"

    return take, (reading.TableError,)


def register() -> tuple[Take, Errors]:
    from lib.entries.address_reading import registers, tables
    from lib.tables import checking, reading

    def take(data: bytes, path: Path) -> str:
        raw = registers.read(data if len(data) % 2 else path, "buildings")
        return f"{checking.check(raw, tables.TABLES['buildings']).rows.slice(0, 2).to_pylist()}"

    return take, (reading.TableError,)


def photo() -> tuple[Take, Errors]:
    from lib.entries.hazard_photo import barcode
    from lib.entries.hazard_photo import photo as photos

    def take(data: bytes, path: Path) -> str:
        found = photos.decode(data, path.name)
        photos.thumbnail(found)
        photos.quality(found)
        barcode.read(found.pixels)
        return f"{found.format} {found.size} {found.notes}"

    return take, (photos.PhotoError,)


def document() -> tuple[Take, Errors]:
    from lib.entries.audit import documents, findings, reports

    reports.understood("제목: 예시\n지적내용: 홍길동이 잘못하였다.\n".encode(), "a.txt")  # loads what it needs

    def take(data: bytes, path: Path) -> str:
        preview = reports.understood(data, path.name)
        kept = findings.keep(preview.records)
        findings.own()
        findings.store().unlink(missing_ok=True)
        return f"{[one.title for one in kept[:5]]} {[str(one) for one in preview.problems[:3]]} {preview.unread[:3]}"

    return take, (documents.DocumentError,)


def law() -> tuple[Take, Errors]:
    from lib.entries.audit import laws

    def take(data: bytes, path: Path) -> str:
        found = laws.keep(laws.read(path))
        laws.load()
        laws.store().unlink()
        return f"{laws.told(found)} {[(one.law, one.article, one.text[:60]) for one in found[:3]]}"

    return take, (laws.LawError,)


def addresses() -> tuple[Take, Errors]:
    from lib.entries.address_reading import official

    def take(data: bytes, path: Path) -> str:
        read = official.read_buildings([path])
        first = [part.slice(0, 1).to_pylist() for part in read][:1]
        return f"{read.told()} {first}"

    return take, (official.OfficialError,)


def parcel() -> tuple[Take, Errors]:
    from lib.entries.pccc_theft import judging
    from lib.entries.pccc_theft.tables import TABLES
    from lib.settings import DATA
    from lib.tables import checking, reading

    files = {name: DATA / "pccc_theft" / "demo" / f"{name}.csv" for name in ("parcels", "codes", "reports")}
    history = judging.ready({name: checking.check(reading.read(path), TABLES[name]).rows.slice(0, 500) for name, path in files.items()})  # fmt: skip

    def take(data: bytes, path: Path) -> str:
        told = judging.read(data)
        return f"{[judging.judge_parcel(one, history).title for one in told[:3]]}"

    return take, (judging.BadParcel,)


def lines() -> tuple[Take, Errors]:
    from lib import files

    def take(data: bytes, path: Path) -> str:
        told = files.text_lines(path)
        return f"{len(told)}: {told[:3]}"

    return take, (files.TextError,)


def kept() -> tuple[Take, Errors]:
    from lib.entries.audit import findings, laws

    def take(data: bytes, path: Path) -> str:
        said = []
        for read, store, error in (
            (laws.load, laws.store(), laws.LawError),
            (findings.own, findings.store(), findings.FindingsError),
        ):
            store.write_bytes(data)
            try:
                said.append(f"{read()}")
            except error as told:
                said.append(str(told))
            finally:
                store.unlink()
        if any("수 없습니다" in one for one in said):
            raise laws.LawError(" / ".join(said))
        return " / ".join(said)

    return take, (laws.LawError, findings.FindingsError)


def fit() -> tuple[Take, Errors]:
    from lib.screening import fit as fits
    from lib.tables import reading

    def take(data: bytes, path: Path) -> str:
        done = fits.fit(reading.read(data, path.name).to_pandas(), label="결과", time="날짜")
        return f"{len(done.scored)} scored"

    return take, (ValueError,)


INTAKES: dict[str, Callable[[], tuple[Take, Errors]]] = {
    one.__name__: one for one in (table, contract, register, photo, document, law, addresses, parcel, lines, kept, fit)
}


def tell(**said: Any) -> None:
    print(json.dumps(said), flush=True)


def main(kind: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AX_DATA_DIR"] = folder
        take, errors = INTAKES[kind]()
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY, hard))
        tell(ready=True)
        for line in sys.stdin:
            path = Path(line.rstrip("\n"))
            tell(began=path.name)
            started, data = time.perf_counter(), path.read_bytes()
            how: dict[str, str] = {}
            try:
                how = {"read": take(data, path)[:2000].encode("utf-8", "replace").decode()}
            except errors as error:
                how = {"refused": str(error).encode("utf-8", "replace").decode()[:4000]}
            except BaseException:
                how = {"broke": traceback.format_exc()[-3000:].encode("utf-8", "replace").decode()}
            tell(**how, seconds=time.perf_counter() - started)


if __name__ == "__main__":
    main(sys.argv[1])
