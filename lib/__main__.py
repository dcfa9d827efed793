"""The command line: ``python -m lib ...``."""

import json
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

app = typer.Typer(
    help="관세 AX 스위트 명령줄. 화면과 같은 판정을 파일과 야간 작업에서 씁니다.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
catalogue_app = typer.Typer(help="반입차단 성분·제품 목록을 보고 갱신합니다.", no_args_is_help=True)
cases_app = typer.Typer(help="사건 목록을 보고 내보냅니다.", no_args_is_help=True)
app.add_typer(catalogue_app, name="catalogue")
app.add_typer(cases_app, name="cases")

UNREADABLE = 2
AsOf = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="이 날짜의 목록으로 판정합니다(기본: 오늘).")]
Json = Annotated[bool, typer.Option("--json", help="프로그램이 읽을 JSON으로 출력합니다.")]


@app.command()
def judge(
    photos: Annotated[list[Path], typer.Argument(metavar="사진...", help="판정할 사진 파일(JPEG·PNG·WebP·HEIC).")],
    as_json: Json = False,
    as_of: AsOf = None,
    quantity: Annotated[int | None, typer.Option(min=1, help="수량(병). 6병을 넘으면 확인필요가 됩니다.")] = None,
    engine: Annotated[str | None, typer.Option(help="판독 엔진: embedded, easyocr, tesseract.")] = None,
) -> None:
    """사진을 판정합니다. 읽을 수 없는 파일이 하나라도 있으면 종료 코드 2로 끝납니다."""
    from lib.entries.hazard_photo import ocr, screen
    from lib.entries.hazard_photo.photo import PhotoError

    if engine not in (None, "embedded", "easyocr", "tesseract"):
        _stop(f"판독 엔진 이름이 잘못되었습니다: {engine}. embedded, easyocr, tesseract 중에서 고르십시오.")
    try:
        reader = ocr.reader(engine)
    except ocr.EngineMissing as error:
        _stop(str(error))
    if reader.lacks:
        print(reader.lacks, file=sys.stderr)
    day = as_of.date() if as_of else date.today()
    failed = False
    for path in photos:
        try:
            found = screen.judge_bytes(path.read_bytes(), path.name, reader=reader, as_of=day, quantity=quantity)
        except OSError as error:
            reason = {
                FileNotFoundError: "파일이 없습니다",
                IsADirectoryError: "폴더입니다. 사진 파일을 지정하십시오",
            }.get(type(error), "파일을 열 수 없습니다")
            failed = _complain(path, f"{reason}.")
        except PhotoError as error:
            failed = _complain(path, str(error))
        else:
            if as_json:
                print(json.dumps(screen.as_json(found, str(path)), ensure_ascii=False), flush=True)
            else:
                print(f"{path}: {found.verdict.label} ({found.seconds.total:.1f}초, 목록 기준일 {found.list_date})")
                for ground in found.grounds:
                    print(f"  - {ground.text}" + (f" [{ground.legal_basis}]" if ground.legal_basis else ""), flush=True)
    if failed:
        raise typer.Exit(UNREADABLE)


@catalogue_app.command("show")
def catalogue_show(as_of: AsOf = None, as_json: Json = False) -> None:
    """목록 기준일과 지정 성분 수를 봅니다."""
    from lib.entries.hazard_photo import catalogue

    listed = catalogue.load()
    day = as_of.date() if as_of else date.today()
    rows = listed.designated(day)
    about: dict[str, Any] = {
        "as_of": day.isoformat(),
        "list_date": listed.list_date.isoformat(),
        "source": listed.source,
        "designated": len(rows),
        "by_ground": {ground: sum(row.ground == ground for row in rows) for ground in sorted({r.ground for r in rows})},
        "products": sum(product.blocked(day) for product in listed.products),
    }
    if as_json:
        print(json.dumps(about, ensure_ascii=False))
        return
    grounds = ", ".join(f"{ground or '미상'}호 {count}" for ground, count in about["by_ground"].items())
    print(f"{day} 현재 지정 성분 {about['designated']}종 ({grounds}), 차단 제품 {about['products']}건")
    print(f"목록 기준일 {about['list_date']}, 출처: {about['source']}")


@catalogue_app.command("import")
def catalogue_import(
    what: Annotated[str, typer.Argument(metavar="대상", help="ingredients(성분) 또는 products(제품).")],
    force: Annotated[bool, typer.Option("--force", help="받은 목록이 지나치게 작아도 바꿉니다.")] = False,
    as_json: Json = False,
) -> None:
    """공식 서비스에서 목록을 받아 갱신합니다. 도중에 실패하면 이전 목록이 그대로 남습니다."""
    from lib.entries.hazard_photo import importer

    refreshers: dict[str, Callable[..., importer.Refreshed]] = {
        "ingredients": importer.refresh_ingredients,
        "products": importer.refresh_products,
    }
    if what not in refreshers:
        _stop("대상은 ingredients(성분) 또는 products(제품)입니다.")
    try:
        done = refreshers[what](
            force=force, progress=lambda got, total: print(f"{got:,}/{total:,}건 받음", file=sys.stderr)
        )
    except importer.ImportFailed as error:
        _stop(str(error), code=1)
    if as_json:
        print(json.dumps(vars(done), ensure_ascii=False, default=str))
    else:
        print(
            f"추가 {done.added}, 변경 {done.changed}, 해제 {done.released}, 그대로 {done.unchanged} (기준일 {done.list_date})"
        )


@cases_app.command("list")
def cases_list(
    entry: Annotated[str | None, typer.Option(help="업무 id (예: hazard_photo).")] = None,
    limit: Annotated[int, typer.Option(min=1, help="건수.")] = 50,
    as_json: Json = False,
) -> None:
    """사건을 최근 순으로 봅니다."""
    rows = _case_rows(entry, limit)
    for row in rows:
        if as_json:
            print(json.dumps(row, ensure_ascii=False, default=str))
        else:
            print(f"{row['건번호']}  {row['상태']}  {row['제목']}  {row['처분']}  {row['접수일시(KST)']}")
    if not rows and not as_json:
        print("사건이 없습니다.")


@cases_app.command("export")
def cases_export(
    target: Annotated[Path, typer.Argument(metavar="파일", help="저장할 파일(.csv 또는 .xlsx).")],
    entry: Annotated[str | None, typer.Option(help="업무 id (예: hazard_photo).")] = None,
) -> None:
    """사건을 CSV나 XLSX로 내보냅니다."""
    from lib.tables import export

    if target.suffix.lower() not in (".csv", ".xlsx"):
        _stop("파일 이름은 .csv나 .xlsx로 끝나야 합니다.")
    rows = _case_rows(entry, None)
    data = export.to_csv(rows) if target.suffix.lower() == ".csv" else export.to_xlsx(rows, "사건")
    try:
        target.write_bytes(data)
    except OSError:
        _stop(f"{target}에 저장할 수 없습니다. 폴더가 있는지, 쓸 수 있는지 확인하십시오.")
    print(f"{len(rows)}건을 {target}에 저장했습니다.")


def _case_rows(entry: str | None, limit: int | None) -> list[dict[str, Any]]:
    from lib.casework import CaseBook, CaseworkError, as_rows
    from lib.entries import ENTRIES

    try:
        with CaseBook.open() as book:
            return as_rows(book.cases(entry=entry, limit=limit), {item.id: item.name for item in ENTRIES})
    except CaseworkError as error:
        _stop(str(error), code=1)


def _complain(path: Path, reason: str) -> bool:
    print(f"{path}: {reason}", file=sys.stderr, flush=True)
    return True


def _stop(message: str, code: int = UNREADABLE) -> NoReturn:
    print(message, file=sys.stderr)
    raise typer.Exit(code)


if __name__ == "__main__":
    app()
