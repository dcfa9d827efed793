"""The command line: ``python -m lib ...``."""

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, cast

import typer

if TYPE_CHECKING:
    import pyarrow as pa

    from lib.entries.audit.search import Searcher
    from lib.screening.ranking import Ranking
    from lib.tables.checking import Checked
    from lib.tables.contract import Table
    from lib.tables.export import Rows

app = typer.Typer(
    help="관세 AX 스위트 명령줄. 화면과 같은 판정을 파일과 야간 작업에서 씁니다.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
catalogue_app = typer.Typer(help="반입차단 성분·제품 목록을 보고 갱신합니다.", no_args_is_help=True)
cases_app = typer.Typer(help="사건 목록을 보고 내보냅니다.", no_args_is_help=True)
screen_app = typer.Typer(help="자료 파일을 선별하여 순위와 근거를 파일로 남깁니다.", no_args_is_help=True)
fetch_app = typer.Typer(help="무역·외환 추적: 업체 한 곳의 사건 개요서를 만듭니다.", no_args_is_help=True)
cargo_app = typer.Typer(help="보세화물 반출입신고 알림: 아침 점검과 문자 안내.", no_args_is_help=True)
laws_app = typer.Typer(help="대감집: 공식 법령을 가져옵니다.", no_args_is_help=True)
findings_app = typer.Typer(help="대감집: 우리 기관의 감사 지적사례를 가져옵니다.", no_args_is_help=True)
addresses_app = typer.Typer(help="전국 건물 주소표를 만들고 갱신합니다.", no_args_is_help=True)
screening_app = typer.Typer(help="처음 보는 표로 선별 모델을 만들어 봅니다.", no_args_is_help=True)
trail_app = typer.Typer(help="접속·처리 기록을 검증하고 보존기간이 지난 내용을 파기합니다.", no_args_is_help=True)
app.add_typer(catalogue_app, name="catalogue")
app.add_typer(laws_app, name="laws")
app.add_typer(findings_app, name="findings")
app.add_typer(screen_app, name="screen")
app.add_typer(screening_app, name="screening")
app.add_typer(cases_app, name="cases")
app.add_typer(fetch_app, name="fetch")
app.add_typer(addresses_app, name="addresses")
app.add_typer(cargo_app, name="cargo")
app.add_typer(trail_app, name="trail")

UNREADABLE = 2
AsOf = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="이 날짜의 목록으로 판정합니다(기본: 오늘).")]
Day = Annotated[
    datetime | None,
    typer.Option(
        "--as-of", formats=["%Y-%m-%d"], help="이날까지 알 수 있던 자료로 선별합니다(기본: 자료의 마지막 날)."
    ),
]
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
    _require_sheet(target)
    rows = _case_rows(entry, None)
    _save(rows, target, "사건")
    print(f"{len(rows)}건을 {target}에 저장했습니다.")


Out = Annotated[Path, typer.Option(help="저장할 파일(.csv 또는 .xlsx).")]
Top = Annotated[
    int | None, typer.Option(min=0, help="근거까지 풀어 쓸 상위 건수(기본: 가장 낮은 등급을 뺀 모두, 1,000건까지).")
]
TableFile = Annotated[Path, typer.Option(help="CSV·XLSX·Parquet 파일.")]
TableFileOrNot = Annotated[Path | None, typer.Option(help="CSV·XLSX·Parquet 파일(없어도 됩니다).")]


@screen_app.command("duty_free")
def screen_duty_free(
    purchases: TableFile,
    reservations: TableFile,
    movements: TableFile,
    out: Out,
    measures: TableFileOrNot = None,
    listings: TableFileOrNot = None,
    as_of: Day = None,
    top: Top = None,
) -> None:
    """시내면세점 구매자를 선별합니다: 판매·현장인도 내역, 항공예약, 출입국, 조치, 온라인 포착."""
    from lib.entries.duty_free import screen, tables

    files = {
        "purchases": purchases,
        "reservations": reservations,
        "movements": movements,
        "measures": measures,
        "listings": listings,
    }
    _screen(screen.screen, "duty_free", _checked(tables.TABLES, files, out), screen.CLOCK, as_of, out, top)


@screen_app.command("pccc_theft")
def screen_pccc_theft(
    parcels: TableFile,
    out: Out,
    codes: TableFileOrNot = None,
    reports: TableFileOrNot = None,
    as_of: Day = None,
    top: Top = None,
) -> None:
    """개인통관고유부호 도용 의심 건을 선별합니다: 통관목록·수입신고 건, 부호 원장, 도용신고."""
    from lib.entries.pccc_theft import screen, tables

    files = {"parcels": parcels, "codes": codes, "reports": reports}
    _screen(screen.screen, "pccc_theft", _checked(tables.TABLES, files, out), screen.CLOCK, as_of, out, top)


@screen_app.command("fetch")
def screen_fetch(
    exports: TableFile,
    imports: TableFile,
    payments: TableFile,
    firms: TableFile,
    out: Out,
    rates: TableFileOrNot = None,
    partners: TableFileOrNot = None,
    finance: TableFileOrNot = None,
    as_of: Day = None,
    top: Top = None,
) -> None:
    """무역·외환 자료를 맞추어 업체를 선별합니다: 수출신고, 수입신고, 외환 지급·영수, 업체, 환율, 해외거래처, 무역금융."""
    from lib.entries.fetch import screen, tables

    files = {
        "exports": exports,
        "imports": imports,
        "payments": payments,
        "firms": firms,
        "rates": rates,
        "partners": partners,
        "finance": finance,
    }
    found = _screen(screen.screen, "fetch", _checked(tables.TABLES, files, out), screen.CLOCK, as_of, out, top)
    aside = cast("screen.Firms", found).reconciled.aside()
    if len(aside):
        kept = out.with_name(f"{out.stem}_비교제외.csv")
        _save(aside, kept, "비교제외")
        print(f"비교하지 못한 {len(aside):,}행을 까닭과 함께 {kept}에 남겼습니다.", file=sys.stderr)


@screen_app.command("address_reading")
def screen_address_reading(
    parcels: TableFile,
    out: Out,
    businesses: TableFileOrNot = None,
    sellers: TableFileOrNot = None,
    buildings: TableFileOrNot = None,
    as_of: Day = None,
    top: Top = None,
) -> None:
    """배송지를 읽어 사업장 가능성과 상업성으로 선별합니다: 특송화물, 사업자등록, 통신판매업 신고, 건축물대장."""
    from lib.entries.address_reading import registers, screen, tables

    _address_table()
    given = {"parcels": parcels, "businesses": businesses, "sellers": sellers, "buildings": buildings}
    found = _checked(tables.TABLES, given, out, registers.read)
    _screen(screen.screen, "address_reading", found, screen.CLOCK, as_of, out, top)


@screen_app.command("origin_laundering")
def screen_origin_laundering(
    imports: TableFile,
    exports: TableFile,
    out: Out,
    firms: TableFileOrNot = None,
    kinds: TableFileOrNot = None,
    tariffs: TableFileOrNot = None,
    as_of: Day = None,
    top: Top = None,
) -> None:
    """수입품을 국산으로 수출한 것으로 보이는 업체를 선별합니다: 수입신고, 수출신고, 업체, 거래구분부호, 원산지별 세율차. 이어진 란은 따로 남깁니다."""
    from lib.entries.origin_laundering import screen, tables

    files = {"imports": imports, "exports": exports, "firms": firms, "kinds": kinds, "tariffs": tariffs}
    given = _checked(tables.TABLES, files, out)
    found = cast("screen.Exporters", _screen(screen.screen, "origin_laundering", given, screen.CLOCK, as_of, out, top))
    linked = screen.sheet_of_links(found)
    if len(linked):
        kept = out.with_name(f"{out.stem}_연결.csv")
        _save(linked, kept, "연결")
        print(f"이어진 수출입 란 {len(linked):,}쌍을 {kept}에 남겼습니다.", file=sys.stderr)


@screen_app.command("bonded_cargo")
def screen_bonded_cargo(
    events: TableFile,
    warehouses: TableFile,
    out: Out,
    changes: TableFileOrNot = None,
    as_of: Day = None,
    top: Top = None,
) -> None:
    """아직 기한이 지나지 않은 반출입신고를 놓칠 가능성으로 선별합니다: 보세화물 이벤트, 보세구역, 연장·정정·면제."""
    from lib.entries.bonded_cargo import screen, tables

    given = _checked(tables.TABLES, {"events": events, "warehouses": warehouses, "changes": changes}, out)
    _screen(screen.screen, "bonded_cargo", given, screen.CLOCK, as_of, out, top)


@cargo_app.command("run")
def cargo_run(
    day: Annotated[
        datetime, typer.Option("--date", formats=["%Y-%m-%d"], help="점검할 날(그날 아침까지의 자료로 봅니다).")
    ],
    events: TableFileOrNot = None,
    warehouses: TableFileOrNot = None,
    changes: TableFileOrNot = None,
    replies: TableFileOrNot = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="알릴 화물을 문자를 만들기 전에 UNI-PASS에서 다시 조회합니다.")
    ] = False,
    send: Annotated[
        bool, typer.Option("--send", help="만든 문자를 승인하여 보냅니다(기본: 만들어 두기만 합니다).")
    ] = False,
) -> None:
    """아침 점검: 기한이 다가오거나 지난 신고를 찾아 보세구역마다 문자 한 통을 만듭니다. 다시 실행해도 두 번 보내지 않습니다.

    자료를 주지 않으면 시연 자료로 합니다. 시연 자료와 오늘이 아닌 날은 파일로만 보냅니다(연습).
    """
    from lib.casework import CaseworkError, Outbox
    from lib.casework.outbox import GatewayError
    from lib.entries import entry
    from lib.entries.bonded_cargo import daily, gateways, items, screen, tables, unipass
    from lib.screening import model as models
    from lib.settings import DATA, settings

    if (events is None) != (warehouses is None):
        _stop("--events와 --warehouses를 함께 주십시오(둘 다 없으면 시연 자료로 합니다).")
    shown = events is None
    demo_ = DATA / "bonded_cargo" / "demo"
    files = (
        {name: demo_ / f"{name}.csv" for name in ("events", "warehouses", "changes", "replies")}
        if shown
        else {"events": events, "warehouses": warehouses, "changes": changes, "replies": replies}
    )
    checked = _checked_whole(tables.TABLES, files, settings().folder("cargo") / f"{day.date()}.csv")
    if empty := [one.table.title for one in checked.values() if one.total and not one.rows.num_rows]:
        _stop(f"{', '.join(empty)}에 쓸 수 있는 행이 없어 점검하지 않았습니다. 위에 적은 오류 파일을 보고 고치십시오.")
    given = {name: one.rows for name, one in checked.items()}
    try:
        gateway = gateways.chosen() if send else None
        practice = daily.rehearsal(day.date(), shown)
        if gateway and practice and gateway.name != "file":
            _stop(
                "시연 자료이거나 오늘이 아닌 날이어서 보내지 않았습니다. 연습하려면 AX_SMS_GATEWAY=file로 바꾸십시오."
            )
        model = models.current(screen.ENTRY)
        duties = screen.screen(given, as_of=day.date(), model=model)
        if refresh:
            asked = daily.watched(duties)
            fetched = unipass.follow(asked, progress=_counting)
            given["events"] = unipass.renewed(given["events"], fetched)
            duties = screen.screen(given, as_of=day.date(), model=model)
            print(
                f"UNI-PASS에서 {len(asked):,}건을 다시 조회했습니다(없음 {len(fetched.not_found):,}건, 조회하지 못함 {len(fetched.failed):,}건)."
            )
        with Outbox.open(clock=daily.clock(day.date(), duties.limits, practice)) as outbox:
            told = daily.run(
                duties, outbox, by=settings().officer, office=settings().customs_office or entry(screen.ENTRY).customs, gateway=gateway,
                replies=given.get("replies"), practice=practice, unread=daily.unread(checked["events"]),
            )  # fmt: skip
    except (CaseworkError, GatewayError, unipass.UnipassError) as error:
        _stop(str(error), code=1)
    board = told.morning.board
    print(f"{day:%Y-%m-%d} 아침 점검" + (" (시연 자료)" if shown else ""))
    for code, rule in items.RULES.items():
        shown_ = [state for state in (items.NEAR, items.FAR, items.OVERDUE, items.REVIEW) if state in board]
        counts = {state: int(board[state].to_dict()[code]) for state in shown_}
        if any(counts.values()):
            print(f"  {rule.title}: " + ", ".join(f"{state} {n:,}" for state, n in counts.items() if n))
    print(f"문자: 보세구역 {len(told.written):,}곳(이번에 새로 만든 것 {told.new:,}통), 최근 안내하여 건너뛴 것 {told.morning.held:,}건, 전화할 곳 {len(told.morning.calls):,}곳, 형사 검토 {len(told.morning.review):,}건")  # fmt: skip
    if told.morning.blind:
        print(
            f"읽지 못한 행이 있는 화물의 {told.morning.blind:,}건은 알리지 않았습니다. 제외한 행을 고쳐 다시 실행하십시오."
        )
    if duties.caveat:
        print(duties.caveat)
    if sent := told.delivery:
        print(
            f"발송 {sent.sent:,}통, 실패 {sent.failed:,}통, 확인 필요 {sent.in_doubt:,}통, 남은 것 {sent.left:,}통. {sent.stopped}".strip()
        )
    else:
        print("보내지 않았습니다. 화면에서 승인하거나 --send로 다시 실행하십시오.")


@cargo_app.command("fetch")
def cargo_fetch(
    out: Annotated[Path, typer.Option(help="저장할 파일(.csv 또는 .xlsx).")],
    numbers: Annotated[list[str] | None, typer.Argument(metavar="화물관리번호", help="조회할 번호(여럿 가능).")] = None,
    file: Annotated[Path | None, typer.Option(help="번호가 한 줄에 하나씩 든 텍스트 파일.")] = None,
) -> None:
    """UNI-PASS 화물통관진행정보에서 화물의 이벤트를 받아 표로 저장합니다. 끊기면 다시 실행하십시오(받은 것은 다시 묻지 않습니다)."""
    from lib.entries.bonded_cargo import tables, unipass
    from lib.files import TextError, text_lines

    _require_sheet(out)
    asked = list(numbers or ())
    if file is not None:
        try:
            asked += [number for line in text_lines(file) for number in line.split()]
        except TextError as error:
            _stop(f"{file}: {error}")
    if not asked:
        _stop("화물관리번호를 적거나 --file로 번호가 든 파일을 지정하십시오.")
    try:
        fetched = unipass.follow(asked, progress=_counting)
    except unipass.UnipassError as error:
        _stop(str(error), code=1)
    titles = {column.name: column.title for column in tables.EVENTS.columns}
    rows = [{titles[name]: value for name, value in row.items()} for row in fetched.events.to_pylist()]
    _save(rows, out, "보세화물 이벤트")
    print(f"화물 {len(fetched.status):,}건의 이벤트 {len(rows):,}행을 {out}에 저장했습니다.")
    if fetched.not_found:
        print(f"UNI-PASS에 없는 화물: {', '.join(fetched.not_found)}")
    for number, why in fetched.failed.items():
        print(f"조회하지 못한 화물 {number}: {why}", file=sys.stderr)


def _counting(done: int, total: int) -> None:
    _line(f"UNI-PASS 조회 {done:,}/{total:,}", last=done == total)


def _line(text: str, *, last: bool = False) -> None:
    """How far long work is, on one line: as it goes for who watches, its end for everybody."""
    if sys.stderr.isatty() or last:
        print(f"\r{text:<60}", end="\n" if last else "", file=sys.stderr, flush=True)


@laws_app.command("import")
def laws_import(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="파일...", help="국가법령정보 XML·JSON, 조문의 JSON 목록, 그런 파일을 담은 폴더나 ZIP."),
    ],
) -> None:
    """공식 법령을 가져와 색인합니다. 같은 판은 새것으로 바뀌고, 이전 판은 구버전으로 남습니다."""
    from lib.entries.audit import laws

    articles: list[laws.Article] = []
    try:
        for path in paths:
            articles += laws.read(path)
        laws.keep(articles)
    except laws.LawError as error:
        _stop(str(error))
    _searcher()
    print(f"{laws.told(articles)}를 가져왔습니다.")


@laws_app.command("fetch")
def laws_fetch(
    names: Annotated[list[str], typer.Argument(metavar="법령...", help="법령이나 행정규칙의 이름.")],
) -> None:
    """국가법령정보 공동활용에서 법령을 받아 가져옵니다(AX_LAW_KEY)."""
    from lib.entries.audit import drf, laws

    try:
        articles = drf.fetch(names, lambda done, total: _line(f"법령 {done:,}/{total:,}", last=done == total))
        laws.keep(articles)
    except (drf.DrfError, laws.LawError) as error:
        _stop(str(error), code=1)
    _searcher()
    print(f"{laws.told(articles)}를 받았습니다.")


@laws_app.command("index")
def laws_index() -> None:
    """질문을 찾는 색인을 만듭니다(이미 있으면 그대로 둡니다)."""
    found = _searcher()
    print(
        f"조문 해설 {len(found.cards):,}개, 공식 조문 {len(found.articles):,}개, 지적사례 {len(found.findings):,}건을 찾을 수 있습니다."
    )


@findings_app.command("import")
def findings_import(
    paths: Annotated[
        list[Path], typer.Argument(metavar="파일...", help="처분요구서나 지적사항 목록(XLSX·CSV·DOCX·PDF·HWPX).")
    ],
    dry: Annotated[bool, typer.Option("--dry", help="알아본 내용만 보이고 가져오지 않습니다.")] = False,
    as_json: Json = False,
) -> None:
    """우리 기관의 감사 지적사례를 가져옵니다. 읽지 못한 파일이 하나라도 있으면 아무것도 가져오지 않습니다."""
    from lib.entries.audit import documents, findings, reports

    previews = []
    for path in paths:
        try:
            previews.append((path, reports.understood(path.read_bytes(), path.name)))
        except OSError:
            _stop(f"{path}: 파일을 열 수 없습니다. 파일 이름과 읽기 권한을 확인하십시오.")
        except documents.DocumentError as error:
            _stop(f"{path}: {error}")
    records = [record for _, preview in previews for record in preview.records]
    for path, preview in previews:
        for problem in preview.problems:
            print(f"{path}: {problem}", file=sys.stderr)
        for record in preview.records:
            if as_json:
                print(json.dumps(asdict(record), ensure_ascii=False))
            else:
                done = ", ".join(one.kind for one in record.dispositions) or "처분 미상"
                print(f"{record.id}  {record.year}년  {record.title}  ({done})")
    if not records:
        _stop("지적사례를 한 건도 알아보지 못했습니다. 제목과 지적내용이 들어 있는지 확인하십시오.")
    if not dry:
        findings.keep(records)
        _searcher()
        print(f"지적사례 {len(records):,}건을 가져왔습니다.", file=sys.stderr)


@app.command("ask")
def ask_audit(
    question: Annotated[str | None, typer.Argument(metavar="질문", help="평소 쓰는 말로 적습니다.")] = None,
    file: Annotated[Path | None, typer.Option(help="질문이 한 줄에 하나씩 든 파일.")] = None,
    as_json: Json = False,
) -> None:
    """대감집에 묻습니다: 관련 조문과 근거를 붙여 답하고, 근거가 없으면 없다고 합니다."""
    from lib import llm
    from lib.entries.audit import asking
    from lib.files import TextError, text_lines

    if (question is None) == (file is None):
        _stop("질문을 적거나 --file로 질문 파일을 지정하십시오.")
    try:
        asked = [question or ""] if file is None else text_lines(file)
    except TextError as error:
        _stop(f"{file}: {error}")
    searcher, model = _searcher(), llm.configured()
    for one in asked:
        answer = asking.ask(one.strip(), searcher, model)
        if as_json:
            print(json.dumps(answer.as_dict(), ensure_ascii=False), flush=True)
            continue
        print(answer.text)
        for number, cited in enumerate(answer.citations, 1):
            print(f"  [{number}] {cited.id} {cited.title}: {cited.quote}")
        if answer.abstained and answer.articles:
            print("  가까운 조문: " + ", ".join(f"{hit.id}({hit.title})" for hit in answer.articles[:3]))


def _searcher() -> "Searcher":
    """대감집's searcher with what the office taught it; its index is built where it is missing."""
    from lib.casework import CaseworkError, Talks
    from lib.entries.audit import laws, search

    try:
        with Talks.open() as talks:
            lessons = [search.Lesson(one.kind, one.phrase, one.target) for one in talks.lessons("audit")]
        return search.opened(lambda share, what: _line(what, last=share == 1), lessons)
    except (CaseworkError, laws.LawError) as error:
        _stop(str(error), code=1)


@app.command("read-address")
def read_address(
    text: Annotated[str | None, typer.Argument(metavar="주소", help="영문(또는 한글) 주소 하나.")] = None,
    file: Annotated[Path | None, typer.Option(help="주소가 든 CSV·XLSX·Parquet 파일.")] = None,
    column: Annotated[str | None, typer.Option(help="주소가 든 열의 이름.")] = None,
    zip_column: Annotated[str | None, typer.Option(help="신고된 우편번호가 든 열의 이름(없어도 됩니다).")] = None,
    out: Annotated[Path | None, typer.Option(help="저장할 파일(.csv 또는 .xlsx).")] = None,
    zip_code: Annotated[str | None, typer.Option("--zip", help="주소와 함께 신고된 우편번호.")] = None,
    as_json: Json = False,
) -> None:
    """영문 주소를 표준 도로명주소로 읽습니다: 주소 하나, 또는 파일 한 열(hangul, zip, confidence, exists, candidates 열을 더합니다)."""
    from lib.entries.address_reading import reading

    if (text is None) == (file is None):
        _stop("주소 하나를 적거나 --file로 파일을 지정하십시오.")
    if file is not None and (column is None or out is None):
        _stop("--file에는 --column(주소가 든 열)과 --out(저장할 파일)이 함께 필요합니다.")
    _address_table()
    if file is not None and column is not None and out is not None:
        _read_file(file, column, zip_column, out)
        return
    told = reading.reader().read(text or "", zip_code)
    if as_json:
        print(json.dumps(reading.as_json(told), ensure_ascii=False))
        return
    if told.place:
        print(f"{told.hangul} ({told.place.zip})" + ("" if told.sure else " · 확인 필요"))
    else:
        print("전국 건물 주소표에서 찾지 못했습니다.")
    print(f"확신도 {reading.shown(told.confidence)}")
    for place in told.candidates:
        print(
            f"  후보: {place.line}"
            + (f" ({place.zip})" if place.zip else "")
            + ("" if place.exists else f" · {place.known}")
        )
    for span in told.spans:
        print(f"  {told.text[span.start : span.end].strip()} → {span.role} {span.meaning}".rstrip())
    if told.zip_agrees is False and told.place:
        print(f"  우편번호 다름: 신고 {told.declared_zip}, 판독 {told.place.zip}")


def _read_file(file: Path, column: str, zip_column: str | None, out: Path) -> None:
    from lib.entries.address_reading import reading
    from lib.tables import reading as sheets

    _require_sheet(out)
    try:
        raw = sheets.read(file, file.name)
    except sheets.TableError as error:
        _stop(str(error))
    except OSError:
        _stop(f"{file}: 파일을 열 수 없습니다.")
    for name in filter(None, (column, zip_column)):
        if name not in raw.column_names:
            _stop(f"「{name}」 열이 없습니다. 파일의 열: {', '.join(raw.column_names)}")
    texts, zips = (raw[name].to_pylist() if name else None for name in (column, zip_column))
    told = reading.reader().table(texts or [], zips, progress=_share("읽는 중"))
    added = told[["hangul", "zip", "confidence", "exists", "candidates"]].assign(confidence=told["confidence"].round(3))
    rows = raw.to_pandas()
    _save(rows.assign(**{str(name): values.to_numpy() for name, values in added.items()}), out, "주소 판독")
    found, sure = int(told["exists"].sum()), int(told["sure"].sum())
    print(
        f"{len(told):,}건 가운데 {found:,}건을 건물까지 찾았고, 그 가운데 {sure:,}건은 확실합니다. {out}에 저장했습니다."
    )


def _share(doing: str) -> Callable[..., None]:
    return lambda share, *_: _line(f"{doing} {share:.0%}", last=share == 1)


def _address_table() -> None:
    """Build the nationwide building table where it is not there yet, telling how far it is."""
    from lib.entries.address_reading import reference

    try:
        reference.ready(_share("전국 건물 주소표를 만드는 중"))
    except reference.ReferenceMissing as error:
        _stop(str(error), code=1)


@addresses_app.command("build")
def addresses_build() -> None:
    """전국 건물 주소표를 만듭니다(이미 있으면 그대로 둡니다)."""
    from lib.entries.address_reading import reference

    _address_table()
    about = reference.load().about
    print(f"건물 주소 {about['buildings']:,}개, 도로 {about['roads']:,}개: {about['source']} {about['as_of']} 기준")


@addresses_app.command("import")
def addresses_import(
    files: Annotated[
        list[Path], typer.Argument(metavar="파일...", help="도로명주소 건물DB·도로명코드 등 공식 파일(txt 또는 zip).")
    ],
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="자료 기준일(기본: 오늘).")] = None,
) -> None:
    """행정안전부 도로명주소 파일로 건물 주소표를 바꿉니다. 도중에 실패하면 이전 표가 그대로 남습니다."""
    from lib.entries.address_reading import official, reference

    try:
        day = as_of.date() if as_of else date.today()
        _, told = reference.take_official(files, day, _share("읽는 중"))
    except (official.OfficialError, reference.ReferenceMissing) as error:
        _stop(str(error), code=1)
    print(told)
    print(f"건물 주소 {reference.load().about['buildings']:,}개로 바꾸었습니다.")


@fetch_app.command("dossier")
def fetch_dossier(
    firm: Annotated[str, typer.Argument(metavar="사업자번호", help="업체의 사업자번호(000-00-00000).")],
    pdf: Annotated[Path, typer.Option(help="저장할 PDF 파일.")],
    xlsx: Annotated[Path | None, typer.Option(help="함께 저장할 XLSX 파일.")] = None,
    exports: TableFileOrNot = None,
    imports: TableFileOrNot = None,
    payments: TableFileOrNot = None,
    firms: TableFileOrNot = None,
    rates: TableFileOrNot = None,
    partners: TableFileOrNot = None,
    finance: TableFileOrNot = None,
    as_of: Day = None,
) -> None:
    """업체 한 곳의 사건 개요서(혐의정보)를 PDF와 XLSX로 만듭니다. 자료 파일을 주지 않으면 시연 자료로 만듭니다."""
    from lib.entries.fetch import dossier, screen, tables
    from lib.screening import model
    from lib.screening.ranking import last_day
    from lib.settings import DATA

    files = {"exports": exports, "imports": imports, "payments": payments, "firms": firms, "rates": rates,
             "partners": partners, "finance": finance}  # fmt: skip
    if not any(files.values()):
        print("자료 파일을 주지 않아 시연 자료(지어낸 자료)로 만듭니다.", file=sys.stderr)
        files = {name: DATA / "fetch" / "demo" / f"{name}.csv" for name in files}
    lacking = [tables.TABLES[n].title for n, path in files.items() if path is None and n not in tables.OPTIONAL]
    if lacking:
        _stop(f"필요한 자료가 없습니다: {', '.join(lacking)}.")
    given = _checked(tables.TABLES, files, pdf)
    day = as_of.date() if as_of else last_day(given, screen.CLOCK)
    try:
        ranking = screen.screen(given, as_of=day, model=model.current("fetch"))
        number = firm.replace("-", "")
        _write(pdf, dossier.pdf(ranking, number))
        if xlsx:
            _write(xlsx, dossier.xlsx(ranking, number))
    except KeyError:
        _stop(f"자료에 없는 업체입니다: {firm}. 사업자번호를 확인하십시오.")
    except (model.FeatureMismatch, model.ModelBroken, dossier.DossierError) as error:
        _stop(str(error), code=1)
    print(f"{day} 기준 사건 개요서를 {pdf}에 저장했습니다." + (f" 모든 행은 {xlsx}에 있습니다." if xlsx else ""))


TRAINED = ("duty_free", "pccc_theft", "fetch", "address_reading", "origin_laundering", "bonded_cargo")
EntryId = Annotated[str, typer.Argument(metavar="업무", help=f"{', '.join(TRAINED)}.")]


@app.command("judge-parcel")
def judge_parcel(
    parcel: Annotated[
        Path, typer.Argument(metavar="신고", help="신고의 JSON 파일, 여러 건이면 한 줄에 한 건(- 는 표준 입력).")
    ],
    parcels: Annotated[Path, typer.Option(help="지난 통관목록·수입신고 건(CSV·XLSX·Parquet).")],
    codes: TableFileOrNot = None,
    reports: TableFileOrNot = None,
    as_json: Json = False,
) -> None:
    """들어온 신고를 지난 자료에 비추어 한 건씩 판정합니다. 판정할 수 없는 신고가 있으면 종료 코드 2로 끝납니다."""
    from lib.entries.pccc_theft import judging, tables
    from lib.screening import model

    try:
        told = judging.read(sys.stdin.buffer.read() if str(parcel) == "-" else parcel.read_bytes())
    except OSError:
        _stop(f"{parcel}: 파일을 열 수 없습니다. 파일 이름과 읽기 권한을 확인하십시오.")
    except judging.BadParcel as error:
        _stop(f"{parcel}: {error}")
    try:
        used = model.current("pccc_theft")
    except model.ModelBroken as error:
        _stop(str(error), code=1)
    files = {"parcels": parcels, "codes": codes, "reports": reports}
    history = judging.ready(_checked(tables.TABLES, files, parcels), used)
    failed = False
    for one in told:
        started = time.perf_counter()
        try:
            found = judging.judge_parcel(one, history, model=used)
        except ValueError as error:
            print(error, file=sys.stderr)
            failed = True
            continue
        took = time.perf_counter() - started
        if as_json:
            print(json.dumps({**found.as_dict(), "seconds": round(took, 4)}, ensure_ascii=False, default=str))
            continue
        print(f"{found.grade}: {found.title} ({1000 * took:,.0f}밀리초)")
        for reason in found.reasons:
            print(f"  - {reason.text}" + (f" [{reason.legal_basis}]" if reason.legal_basis else ""))
    if failed:
        raise typer.Exit(UNREADABLE)


@app.command()
def train(entry: EntryId) -> None:
    """시연 자료로 모델을 학습하여 models/에 모델과 모델 카드를 씁니다."""
    from lib.screening.evaluate import card_markdown
    from lib.settings import MODELS

    made = _training(entry).train()
    made.save(MODELS / entry)
    (MODELS / f"{entry}.md").write_text(card_markdown(made.card), encoding="utf-8")
    print(card_markdown(made.card))


@app.command()
def evaluate(entry: EntryId, as_json: Json = False) -> None:
    """지금 쓰는 모델의 카드를 보여 줍니다: 자료, 기간, 정밀도와 재현율, 한계."""
    from lib.screening import model
    from lib.screening.evaluate import card_markdown

    _training(entry)
    try:
        used = model.current(entry)
    except model.ModelBroken as error:
        _stop(str(error), code=1)
    if used is None:
        _stop(f"학습된 모델이 없습니다. `python -m lib train {entry}`를 먼저 실행하십시오.", code=1)
    print(json.dumps(used.card, ensure_ascii=False) if as_json else card_markdown(used.card))


def _training(entry: str) -> Any:
    from importlib import import_module

    if entry not in TRAINED:
        _stop(f"모델을 쓰는 업무는 {', '.join(TRAINED)}입니다.")
    return import_module(f"lib.entries.{entry}.training")


@screening_app.command("fit")
def screening_fit(
    file: Annotated[Path, typer.Argument(metavar="파일", help="처음 보는 표(CSV·XLSX·Parquet).")],
    label: Annotated[str, typer.Option(help="결과(적발 여부)가 적힌 열.")],
    time: Annotated[str, typer.Option(help="날짜가 적힌 열.")],
    drop: Annotated[list[str] | None, typer.Option(help="결과가 나온 뒤에야 아는 열(여러 번 쓸 수 있습니다).")] = None,
    calibrate: TableFileOrNot = None,
    test: TableFileOrNot = None,
    out: Annotated[Path | None, typer.Option(help="점수를 붙인 평가 행을 저장할 파일(.csv 또는 .xlsx).")] = None,
    as_json: Json = False,
) -> None:
    """처음 보는 표로 모델을 만들고, 학습에 쓰지 않은 뒷부분에서 정밀도와 재현율을 잽니다."""
    import pandas as pd

    from lib.screening import fit
    from lib.screening.evaluate import card_markdown
    from lib.tables import reading

    if out:
        _require_sheet(out)
    frames = []
    for part, path in {"train": file, "calibrate": calibrate, "test": test}.items():
        if path is None:
            continue
        try:
            frames.append(reading.read(path, path.name).to_pandas().assign(**{PART: part}))
        except (reading.TableError, OSError) as error:
            _stop(f"{path}: {error if isinstance(error, reading.TableError) else '파일을 열 수 없습니다.'}")
    if len(frames) == 2:
        _stop("구간을 나누어 주려면 --calibrate와 --test 파일을 모두 지정하십시오.")
    rows = pd.concat(frames, ignore_index=True)
    try:
        done = fit.fit(
            rows if len(frames) == 3 else rows.drop(columns=PART),
            label=label, time=time, drop=drop or (), parts=PART if len(frames) == 3 else None, data=file.name,
        )  # fmt: skip
    except ValueError as error:
        _stop(str(error))
    if out:
        scored = done.scored.drop(columns=PART, errors="ignore")
        _save(scored, out, "평가")
    print(json.dumps(done.card, ensure_ascii=False, default=str) if as_json else card_markdown(done.card))


PART = "(구간)"


def _checked(
    contracts: "Mapping[str, Table]",
    files: Mapping[str, Path | None],
    beside: Path,
    read: "Callable[[Path, str], pa.Table] | None" = None,
) -> dict[str, Any]:
    """Usable rows of the files, as ``_checked_whole``."""
    return {name: found.rows for name, found in _checked_whole(contracts, files, beside, read).items()}


def _checked_whole(
    contracts: "Mapping[str, Table]",
    files: Mapping[str, Path | None],
    beside: Path,
    read: "Callable[[Path, str], pa.Table] | None" = None,
) -> "dict[str, Checked]":
    """Read and check the files; what is refused is counted and kept next to ``beside``. ``read``: a file of a table's name."""
    from lib.tables import checking, reading

    tables: dict[str, Checked] = {}
    for name, path in files.items():
        if path is None:
            continue
        try:
            raw = read(path, name) if read else reading.read(path, path.name)
            found = checking.check(raw, contracts[name])
        except reading.TableError as error:
            _stop(f"{path}: {error}")
        except OSError:
            _stop(f"{path}: 파일을 열 수 없습니다.")
        refused = found.rejected.num_rows
        print(
            f"{contracts[name].title}: {found.total:,}행 중 {found.rows.num_rows:,}행 사용, {refused:,}행 제외",
            file=sys.stderr,
        )
        if found.violations:
            told, kept = (beside.with_name(f"{beside.stem}_{name}_{what}.csv") for what in ("오류", "제외행"))
            told.write_bytes(checking.violations_csv(found))
            kept.write_bytes(checking.rejected_csv(found))
            print(f"  오류 {len(found.violations):,}건을 {told}에, 제외한 행을 {kept}에 남겼습니다.", file=sys.stderr)
        tables[name] = found
    return tables


MOST_EXPLAINED = 1000


def _screen(
    screen: Callable[..., "Ranking"],
    entry: str,
    tables: dict[str, Any],
    clock: Sequence[tuple[str, str]],
    as_of: datetime | None,
    out: Path,
    top: int | None,
) -> "Ranking":
    """Screen, write the list, tell the counts."""
    from lib.screening import model
    from lib.screening.ranking import last_day

    _require_sheet(out)
    day = as_of.date() if as_of else last_day(tables, clock)
    try:
        ranking = screen(tables, as_of=day, model=model.current(entry))
    except (model.FeatureMismatch, model.ModelBroken) as error:
        _stop(str(error), code=1)
    rows = ranking.sheet(min(ranking.leads(), MOST_EXPLAINED) if top is None else top)
    _save(rows, out, "선별목록")
    if ranking.caveat:
        print(ranking.caveat, file=sys.stderr)
    grades = ranking.rows["grade"].value_counts()
    print(f"{day} 기준 대상 {len(rows):,}: " + ", ".join(f"{grade} {count:,}" for grade, count in grades.items()))
    print(
        "점수는 확인할 단서의 순서이며 위법 여부의 판단이 아닙니다."
        + ("" if ranking.model else " (학습된 모델 없음: 규칙과 이상치 점수)")
    )
    return ranking


def _case_rows(entry: str | None, limit: int | None) -> list[dict[str, Any]]:
    from lib.casework import CaseBook, CaseworkError, as_rows
    from lib.entries import ENTRIES

    try:
        with CaseBook.open() as book:
            return as_rows(book.cases(entry=entry, limit=limit), {item.id: item.name for item in ENTRIES})
    except CaseworkError as error:
        _stop(str(error), code=1)


@trail_app.command("verify")
def trail_verify(
    end: Annotated[
        str, typer.Option(help="전에 적어 둔 끝 값(번호:봉인). 그 뒤로 통째로 되돌려지지 않았는지도 봅니다.")
    ] = "",
    as_json: Json = False,
) -> None:
    """기록이 고쳐지거나 지워지거나 끼워 넣어지지 않았는지 처음부터 끝까지 확인합니다. 훼손이 있으면 1로 끝납니다."""
    from lib.casework import CaseworkError, Trail

    try:
        with Trail.open() as trail:
            told = trail.verify(end=end)
    except CaseworkError as error:
        _stop(str(error), code=1)
    if as_json:
        print(json.dumps(asdict(told), ensure_ascii=False))
    else:
        for fault in told.faults:
            print(f"훼손: {fault.why}", file=sys.stderr)
        for note in told.notes:
            print(f"참고: {note}", file=sys.stderr)
        if told.faults:
            print(
                f"기록이 훼손되었습니다({len(told.faults):,}곳). 데이터베이스를 그대로 보존하고 보안 담당자에게 알리십시오.",
                file=sys.stderr,
            )
        else:
            print(f"기록 {told.count:,}건이 모두 이어져 있습니다(내용을 파기한 것 {told.erased:,}건). 끝 값 {told.end}")
    if told.faults:
        raise typer.Exit(1)


@trail_app.command("purge")
def trail_purge(
    before: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="이 날짜 이전 것(기본: 보존기간 AX_KEEP_DAYS)")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="묻지 않고 파기합니다.")] = False,
) -> None:
    """보존기간이 지난 접속·처리 기록과 질문의 내용을 지웁니다. 봉인은 남아 검증할 수 있고, 파기도 기록에 남습니다."""
    from datetime import timedelta

    from lib.casework import KST, CaseworkError, Trail
    from lib.settings import settings

    limit = before.replace(tzinfo=KST) if before else datetime.now(KST) - timedelta(days=settings().keep_days)
    if not yes and not typer.confirm(f"{limit:%Y-%m-%d} 이전의 내용을 되돌릴 수 없게 지웁니다. 계속할까요?"):
        _stop("파기하지 않았습니다.", code=1)
    try:
        with Trail.open() as trail:
            entries, questions = trail.purge(limit, by=settings().officer)
    except CaseworkError as error:
        _stop(str(error), code=1)
    print(f"기록 {entries:,}건과 질문 {questions:,}건의 내용을 파기했습니다.")


def _require_sheet(path: Path) -> None:
    if path.suffix.lower() not in (".csv", ".xlsx"):
        _stop("파일 이름은 .csv나 .xlsx로 끝나야 합니다.")


def _save(rows: "Rows", path: Path, sheet: str) -> None:
    from lib.tables import export

    _write(path, export.to_csv(rows) if path.suffix.lower() == ".csv" else export.to_xlsx(rows, sheet))


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError:
        _stop(f"{path}에 저장할 수 없습니다. 폴더가 있는지, 쓸 수 있는지 확인하십시오.")


def _complain(path: Path, reason: str) -> bool:
    print(f"{path}: {reason}", file=sys.stderr, flush=True)
    return True


def _stop(message: str, code: int = UNREADABLE) -> NoReturn:
    print(message, file=sys.stderr)
    raise typer.Exit(code)


if __name__ == "__main__":
    app()
