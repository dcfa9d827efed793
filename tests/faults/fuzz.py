"""A fuzzer on one parser: ``python -m tests.faults.fuzz PARSER SECONDS FOLDER`` tries what reaches new code, and ends with an error at a fault.

Led by coverage (atheris), seeded, bounded in time and memory. The input that broke the parser is left in FOLDER.
"""

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path

from tests.faults.intakes import MEMORY

Take = Callable[[bytes], object]
Parser = tuple[Take, type[Exception] | tuple[type[Exception], ...]]


def table(_: Path) -> Parser:
    from lib.tables import checking, reading
    from lib.tables.contract import Column, Table

    def take(data: bytes) -> None:
        if data.startswith((b"PK", b"\xd0\xcf")):  # workbooks are read in a process of their own, which is not watched
            return
        raw = reading.read(data)
        columns = (Column(f"c{n}", title, nullable=True) for n, title in enumerate(raw.column_names[:5]))
        checking.check(raw, Table("a", "자료", "c0", tuple(columns)))

    return take, reading.TableError


def cells(_: Path) -> Parser:
    import pyarrow as pa

    from lib.tables import checking, reading
    from lib.tables.contract import TYPES, Column

    def take(data: bytes) -> None:
        texts = pa.array(data.decode("utf-8", "replace").split("\n")[:50], pa.string())
        for kind in TYPES:
            checking.convert(texts, Column("a", "가", kind, nullable=True))

    return take, reading.TableError


def register(_: Path) -> Parser:
    from lib.entries.address_reading import registers
    from lib.tables import reading

    def take(data: bytes) -> None:
        if not data.startswith((b"PK", b"\xd0\xcf")):
            registers.read(data, "buildings")

    return take, reading.TableError


def photo(_: Path) -> Parser:
    from lib.entries.hazard_photo import photo as photos

    return lambda data: photos.quality(photos.decode(data)), photos.PhotoError


def document(_: Path) -> Parser:
    from lib.entries.audit import documents

    def take(data: bytes) -> None:
        [*documents._text(data, "a.csv" if len(data) % 2 else "a.txt")]

    return take, (documents.DocumentError, UnicodeDecodeError)  # who calls it tells the latter as the former


def report(_: Path) -> Parser:
    """What a document says, without the process that reads the document."""
    from lib.entries.audit import documents, reports

    reports.understood("제목: 예시\n지적내용: 홍길동이 잘못하였다.".encode(), "a.txt")  # loads what it needs
    documents.read = lambda data, name="": documents.Document(name, "text", (*documents._text(data, name),))  # type: ignore[assignment, arg-type]
    return lambda data: reports.understood(data, "a.txt"), (documents.DocumentError, UnicodeDecodeError)


def law(_: Path) -> Parser:
    from lib.entries.audit import laws

    return lambda data: [one.id.encode() for one in laws.parse(data, "a")], laws.LawError


def parcel(_: Path) -> Parser:
    from lib.entries.pccc_theft import judging
    from lib.tables import reading

    return lambda data: [judging.checked(one) for one in judging.read(data)], (judging.BadParcel, reading.TableError)


def address(folder: Path) -> Parser:
    from lib.entries.address_reading import official

    path = folder / "one.txt"

    def take(data: bytes) -> None:
        path.write_bytes(data)
        [*official.read_buildings([path])]

    return take, official.OfficialError


PARSERS: dict[str, Callable[[Path], Parser]] = {
    one.__name__: one for one in (table, cells, register, photo, document, report, law, parcel, address)
}


def seeds(parser: str) -> list[bytes]:
    """A few small good files for the parser."""
    from tests.faults import bad_files as made

    if parser == "photo":
        few = [made.saved(made.picture((24, 16)), kind) for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")]
        return [*few, made.heic((64, 64))]
    texts = {
        "table": [made.CSV[:700], "제목\n\n가|나|다\n1|2|3\n", 'a,b\n"1,2",3\n4\n5,6,7\n'],
        "cells": [cell[:80] for cell in made.AWKWARD],
        "register": [f"{made.title_line(1)}\r\n", "관리건축물대장PK,대지위치,주용도코드명\n1,가,나\n"],
        "document": ["제목,지적내용,조치\n가,나,주의\n다,라,시정\n", "|제목|내용|\n|---|---|\n|가|나|\n", "1. 제목: 예시\n2. 지적내용: 예시"],
        "report": ["제목: 예시\n처분요구: 주의 2명\n지적내용: 「관세법」 제1조에 따라 1,234천원을 거두지 않았다.\n조치할 사항: 시정\n"],
        "law": [made.law_xml(made.unit("1", "제1조(목적) 가나다")), json.dumps(made.RECORDS[:2], ensure_ascii=False)],
        "parcel": [json.dumps(made.PARCEL, ensure_ascii=False)],
        "address": [f"{made.address_line(1)}\r\n{made.address_line(2)}\r\n"],
    }[parser]  # fmt: skip
    return [text.encode("utf-8", "replace") for text in texts]


def main(parser: str, seconds: str, folder: Path) -> None:
    import atheris

    with atheris.instrument_imports(include=["lib"]):
        take, told = PARSERS[parser](folder)
    corpus = folder / "seeds"
    corpus.mkdir()
    for number, seed in enumerate(seeds(parser)):
        (corpus / f"{number}").write_bytes(seed)

    def one(data: bytes) -> None:
        try:
            take(data)
        except told:
            return

    # libFuzzer's own limit counts what the test run that started this process held; the memory this one may add is bounded here.
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY, hard))
    limits = ["-seed=20260101", f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=0", "-max_len=3000"]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={folder}/", str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
