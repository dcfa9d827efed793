"""The office's own findings: read from its files as officers write them, shown before anything is kept, masked, kept once."""

import io
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import docx
import pypdf
import pytest
import typst

from lib.entries.audit import documents, findings, reports
from lib.entries.audit.documents import DocumentError, Paragraph, Table
from lib.entries.audit.findings import Record
from lib.entries.audit.masking import masked
from tests.audit import made_reports as made

TRUTHS = (made.REFUND, made.STORE)
REPORTS: dict[str, Callable[[Sequence[made.Truth]], bytes]] = {
    "처분요구서.docx": made.word_report,
    "처분요구서.pdf": made.pdf_report,
    "처분요구서.hwpx": made.hwpx_report,
    "처분요구서.txt": made.text_report,
}
LISTS: dict[str, Callable[[Sequence[made.Truth]], bytes]] = {"목록.xlsx": made.sheet_list, "목록.csv": made.csv_list}


def asked(record: Record) -> tuple[tuple[str, str, int], ...]:
    return tuple((one.kind, one.target, one.count) for one in record.dispositions)


def rules(record: Record) -> tuple[tuple[str, str], ...]:
    return tuple((one.law, one.article) for one in record.basis)


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_read_field_by_field(name: str) -> None:
    preview = reports.understood(REPORTS[name](TRUTHS), name)
    assert [one.record.title for one in preview.items] == [one.title for one in TRUTHS]
    for item, truth in zip(preview.items, TRUTHS, strict=True):
        record = item.record
        office = "푸른세관" if name.endswith("hwpx") else truth.office  # that layout names no department
        assert (record.year, record.kind, record.office, record.field) == (truth.year, truth.kind, office, truth.field)
        assert asked(record) == truth.dispositions
        assert record.amount_krw == truth.amount
        assert rules(record) == truth.basis
        assert record.facts.partition("\n구분 |")[0] == truth.facts
        assert (record.opinion, record.judgement, record.action) == (truth.opinion, truth.judgement, truth.action)
        assert record.overview.startswith("이 업무는 예시") or name.endswith("txt")
        assert {"title", "facts", "basis", "year"} <= {*item.sources}
    assert [str(one) for one in preview.problems] == []
    assert preview.unread == ()
    everything = repr(preview.items)
    assert not any(text in everything for text in ("대외비", "- 1 -", "감사담당관실", "(요약)")), (
        "headers and footers stay out"
    )


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_row_by_row(name: str) -> None:
    preview = reports.understood(LISTS[name](TRUTHS), name)
    for record, truth in zip(preview.records, TRUTHS, strict=True):
        assert (record.year, record.kind, record.office, record.title) == (
            truth.year,
            truth.kind,
            truth.office,
            truth.title,
        )
        assert asked(record) in (truth.dispositions, truth.dispositions[-1:])
        assert (record.amount_krw, rules(record), record.facts) == (truth.amount, truth.basis, truth.facts)
        assert record.checklist in ((), ("매달 목록을 뽑는다",))
    assert {one.where for one in preview.problems} == {"모든 지적사항"}, "a column the list has not is told once"
    assert "053-000-1234" not in repr(preview)


def test_a_ruled_list_of_a_pdf_keeps_its_cells() -> None:
    preview = reports.understood(made.pdf_list(TRUTHS), "목록.pdf")
    assert [(one.title, one.office, one.amount_krw) for one in preview.records] == [
        (one.title, one.office, one.amount) for one in TRUTHS
    ]
    assert [one.kind for one in preview.records] == ["특정감사"] * 2
    assert [asked(one) for one in preview.records] == [one.dispositions[:1] for one in TRUTHS]


LETTER = """감 사 원
제        목    가상업체 평가자료 심사 업무처리 부적정
조 치 기 관    푸른세관
1. 업무 개요
자료를 평가하고 있다.
2. 관계법령 및 판단기준
「예시 통관 고시」 제11조에 따르면 증빙을 확인하도록 되어 있다.
3. 감사결과 확인된 문제점
3개 업체의 자료를 확인하지 않았다.
관계기관 의견 및 검토결과
푸른세관은 받아들인다는 의견을 제시하였다.
조치할 사항
푸른세관장은 앞으로 그런 일이 없도록 하시기 바랍니다(주의)."""
BULLETS = """2024년 특정감사(보세화물) 결과
감사대상기관 : 한들세관
□ 지적사항 1 : 미도착 화물 조회 미이행
 ○ 관련규정
  - 관세법 제216조, 동법 시행령 제226조
 ○ 지적내용
  - 2023.5.~2024.4. 기간 중 미착 28건 조회 미이행
 ○ 조치의견
  - 시정(추징 3,210천원) 및 주의 1명
□ 지적사항 2 : 재고조사 결과 처리 소홀
 ○ 관련규정 : 보세공장 운영에 관한 고시 제40조
 ○ 지적내용 : 부족분 12건의 관세를 징수하지 아니함
 ○ 처분 : 시정 1건, 통보
 ○ 추징액 : 1,250만원"""
BARE = """1. 수의계약 체결 업무 부적정
  (1) 현황 및 문제점
    같은 날 같은 업체와 3건으로 나누어 계약하였다.
  (2) 관련 규정
    국가계약법 시행령 제26조제1항제5호
  (3) 처분요구
    담당자 1명 주의
2. 출장여비 정산 소홀
  (1) 문제점
    여비 1,234,000원을 더 지급하였다.
  (2) 관련 규정
    공무원 여비 규정 제16조
  (3) 처분요구
    더 지급한 여비 1,234,000원을 회수할 것"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LETTER, [("가상업체 평가자료 심사 업무처리 부적정", "푸른세관", ["주의"], None, "예시 통관 고시 제11조")]),
        (
            BULLETS,
            [
                ("미도착 화물 조회 미이행", "한들세관", ["시정", "주의"], 3_210_000, "관세법 제216조"),
                ("재고조사 결과 처리 소홀", "한들세관", ["시정", "통보"], 12_500_000, "보세공장 운영에 관한 고시 제40조"),
            ],
        ),
        (
            BARE,
            [
                ("수의계약 체결 업무 부적정", "", ["주의"], None, "국가를 당사자로 하는 계약에 관한 법률 시행령 제26조"),
                ("출장여비 정산 소홀", "", ["시정"], 1_234_000, "공무원 여비 규정 제16조"),
            ],
        ),
    ],
)  # fmt: skip
def test_other_ways_to_set_a_report(text: str, told: list[tuple[str, str, list[str], int | None, str]]) -> None:
    records = reports.understood(text.encode("cp949"), "보고.txt").records
    assert [
        (
            one.title,
            one.office,
            [done.kind for done in one.dispositions],
            one.amount_krw,
            f"{one.basis[0].law} {one.basis[0].article}",
        )
        for one in records
    ] == told
    assert all(one.facts for one in records)


def test_what_is_inferred_is_marked_and_what_is_missing_is_told() -> None:
    text = "제목: 예시 업무 처리 소홀\n1. 지적내용\n물건 3개를 세지 않았다. 제5조를 위반하였다.\n2. 조치할 사항\n예시세관장은 주의하시기 바랍니다."
    preview = reports.understood(text.encode(), "메모.txt")
    (item,) = preview.items
    assert (item.record.office, item.record.year, item.record.topic, item.record.field) == ("예시세관", 0, "기타", "")
    assert {"office", "topic", "dispositions"} <= item.guessed
    assert all(item.sources[name].startswith("추정") for name in item.guessed)
    assert [one.kind for one in item.record.dispositions] == ["주의"]
    assert {"감사연도", "감사종류", "업무분야", "관계법령"} <= {one.field for one in preview.problems}
    assert all("1번째 지적사항" in one.where and one.expected.endswith("십시오.") for one in preview.problems)


def test_odd_cells_are_told_by_row() -> None:
    rows = [
        "감사연도,제목,지적내용,처분,추징액,업무분야",
        "이천이십,가 업무 소홀,사실을 확인하지 않았다,시정,12만큼,우주",
        "2024,,,주의,3,통관",
        '2024,나 업무 소홀,사실을 확인하지 않았다,훈계,"1,000",통관',
    ]
    preview = reports.understood("\n".join(rows).encode(), "목록.csv")
    told = {(one.where, one.field): one.found for one in preview.problems}
    assert told["2행", "감사연도"] == "이천이십"
    assert told["2행", "업무분야"] == "우주"
    assert told["3행", "제목"] == ""
    assert told["4행", "처분"] == "훈계"
    assert told["4행", "금액"] == "1,000", "a number without a unit is not taken silently"
    assert [one.title for one in preview.records] == ["가 업무 소홀", "나 업무 소홀"]


@pytest.mark.parametrize(
    ("text", "sum_won"),
    [
        ("1억 2,345만 원", 123_450_000), ("12,345천원", 12_345_000), ("△1,200천원", -1_200_000), ("금 5,000,000원정", 5_000_000),
        ("25.05억 원", 2_505_000_000), ("2억3천만원", 230_000_000), ("1천2백만원", 12_000_000), ("1,234백만원", 1_234_000_000), ("-", None),
    ],
)  # fmt: skip
def test_sums_as_offices_write_them(text: str, sum_won: int | None) -> None:
    assert reports.won(text) == sum_won


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("시정(추징), 주의 2명", [("시정", "기관", 1), ("주의", "담당자 2명", 2)]),
        ("엄중경고 1명", [("경고", "담당자 1명", 1)]),
        ("기관경고", [("경고", "기관", 1)]),
        ("시정(회수) 2건 / 통보(인사자료)", [("시정", "기관", 2), ("통보", "기관", 1)]),
        ("경징계 1명 및 개선", [("징계", "담당자 1명", 1), ("개선", "기관", 1)]),
        ("현지시정", [("현지조치", "기관", 1)]),
    ],
)
def test_dispositions_in_the_words_of_offices(text: str, told: list[tuple[str, str, int]]) -> None:
    assert [(one.kind, one.target, one.count) for one in reports.dispositions(text)] == told


def test_articles_are_put_to_their_laws() -> None:
    text = (
        '「관세법」 제38조의2제1항 및 제42조, 같은 법 시행령 제32조의4에 따라 처리한다. 「예시 업무에 관한 훈령」(이하 "훈령"이라 한다) 제5조와 훈령 제7조도 같다. '
        "환특법 시행령 제9조를 본다. 담당자는 예시 화물 관리에 관한 고시 제12조를 따른다. 1조 5천억원이다."
    )
    told, lost = reports.bases(text)
    assert [f"{one.law} {one.article}" for one in told] == [
        "관세법 제38조의2", "관세법 제42조", "관세법 시행령 제32조의4", "예시 업무에 관한 훈령 제5조", "예시 업무에 관한 훈령 제7조",
        "수출용 원재료에 대한 관세 등 환급에 관한 특례법 시행령 제9조", "예시 화물 관리에 관한 고시 제12조",
    ]  # fmt: skip
    assert lost == ()
    assert told[0].says.startswith("「관세법」")
    assert told[0].says.endswith("처리한다.")
    assert reports.bases("제3조를 어겼다") == ((), ("제3조",))


# masking


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("홍길동은 환급을 신청하였다", "홍○○은 환급을 신청하였다"),
        ("납세과 주무관 이순신, 김유신에게", "납세과 주무관 이○○, 김○○에게"),
        ("박지은 과장이 결재하였다", "박○○ 과장이 결재하였다"),
        ("팀장 남궁민수는", "팀장 남궁○○는"),
        ("2024고단1234 사건", "[사건번호] 사건"),
        ("주민등록번호 900101-1234567, 전화 053-111-2222", "주민등록번호 [주민등록번호], 전화 [전화번호]"),
        ("사업자등록번호 123-45-67890인 ㈜예시무역은", "사업자등록번호 [사업자등록번호]인 ㈜○○은"),
    ],
)
def test_persons_firms_and_numbers_are_masked(text: str, clean: str) -> None:
    told, kinds = masked(text)
    assert told == clean
    assert sum(kinds.values()) > 0


@pytest.mark.parametrize(
    "text",
    [
        "김○○ 주무관", "담당자 지정을 소홀히 하고 여행자 신고를 받아 과장 전결로 처리", "지원팀 팀장과 심사과장", "대법원 2018도16474 판결",
        "「관세법」 제38조의2제1항, 2024. 1. 1.부터 12. 31.까지 12,345천원", "직원 전체가 배송지와 유실물을 확인", "세관장 인정 여부, 담당자 2명", "손모율과 지체상금",
    ],
)  # fmt: skip
def test_ordinary_words_offices_and_laws_stay(text: str) -> None:
    assert masked(text) == (text, {})


def test_the_shipped_cases_hold_no_name() -> None:
    for one in findings._shipped():
        assert "이름" not in masked("\n".join((one.title, one.facts, one.judgement, one.action)))[1], one.id


def test_what_is_kept_is_masked_throughout() -> None:
    text = "제목: 이순신의 환급 심사 소홀\n담당자: 주무관 이순신\n1. 지적내용\n주무관 이순신은 900101-1234567을 확인하지 않았다. 이순신이 결재하였다.\n2. 알 수 없는 항목은 이순신이 적었다"
    preview = reports.understood(text.encode(), "메모.txt")
    assert preview.items
    assert "이순신" not in repr(preview)
    assert "900101" not in repr(preview)
    assert preview.masked["이름"] >= 3


# keeping


def test_what_was_found_may_be_called_지적사항() -> None:
    text = (
        "푸른세관 처분요구서\n제목  해달사육장 재고조사 미실시\n처분종류  주의\n1. 업무개요\n해달사육장은 분기마다 재고를 조사한다.\n"
        "2. 관계법령 및 판단기준\n관세법 제157조\n3. 지적사항\n주무관 김막동(7급)은 재고를 조사하지 아니하였다.\n4. 조치할 사항\n주의를 촉구하시기 바랍니다."
    )
    (report,) = reports.understood(text.encode(), "처분요구서.txt").records
    assert report.facts == "주무관 김○○(7급)은 재고를 조사하지 아니하였다."
    rows = "제목,지적사항,처분,연도,담당자\n해달대장 서명 누락,담당 이순덕(010-9999-8888)이 빠뜨리고 갑수가 결재함,시정,2024,박갑수 · 이순덕\n"
    (row,) = reports.understood(rows.encode("cp949"), "목록.csv").records
    assert row.facts.startswith("담당 이○○([전화번호])이 빠뜨리고")
    assert "이순덕" not in repr(row)


def test_a_preview_changes_nothing_and_keeping_twice_does_not_double(data_dir: Path) -> None:
    preview = reports.understood(made.csv_list(TRUTHS), "목록.csv")
    assert not findings.store().exists()
    shipped = len(findings.load())
    kept = findings.keep(preview.records)
    assert [one.id for one in kept] == ["자체-2025-001", "자체-2025-002"]
    assert findings.keep(preview.records) == kept
    changed = replace(preview.records[1], facts="고친 내용이다.")
    assert findings.keep([changed])[0].id == "자체-2025-002"
    told = findings.load()
    assert [(one.id, one.made_up) for one in told[:2]] == [("자체-2025-001", False), ("자체-2025-002", False)]
    assert told[1].facts == "고친 내용이다."
    assert len(told) == shipped + 2
    assert all(one.made_up for one in told[2:])
    assert findings.drop(["자체-2025-001"]) == 1
    assert [one.id for one in findings.own()] == ["자체-2025-002"]


def test_an_own_finding_never_passes_for_a_made_up_one_nor_takes_the_number_of_another(data_dir: Path) -> None:
    record = reports.understood(made.csv_list(TRUTHS), "목록.csv").records[0]
    for id in ("가상-2025-001", " 가상-9", "가상\u20102025"):
        assert not findings.keep([replace(record, id=id)])[0].made_up
    first = findings.keep([replace(record, id="감사-2025-7")])[0]
    other = findings.keep([replace(record, id="감사-2025-7", title="다른 지적", office="다른세관")])[0]
    assert (first.id, other.id != first.id) == ("감사-2025-7", True)
    again = findings.keep([replace(record, id="감사-2025-7", title="제목을 고친 지적")])[0]
    assert again.id == first.id
    assert len(findings.own()) == 2
    assert findings.keep([replace(record, id="../<b>x", title="다")])[0].id == "b-x"


def test_two_imports_at_once_lose_nothing(data_dir: Path) -> None:
    record = reports.understood(made.csv_list(TRUTHS), "목록.csv").records[0]
    jobs = [
        threading.Thread(target=findings.keep, args=([replace(record, title=f"지적 {n}-{k}") for k in range(5)],))
        for n in range(6)
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert len({one.id for one in findings.own()}) == 30


def test_a_spoilt_store_is_told(data_dir: Path) -> None:
    findings.store().write_text("{}\n")
    with pytest.raises(findings.FindingsError, match="원본 문서를 다시"):
        findings.load()


# documents


def test_what_a_document_shows_is_read_in_its_order() -> None:
    file = docx.Document()
    file.add_paragraph("앞")
    table = file.add_table(rows=2, cols=3)
    for n, text in enumerate("가나다라마바"):
        table.cell(n // 3, n % 3).text = text
    table.cell(0, 0).merge(table.cell(1, 0))
    file.add_paragraph("뒤")
    blocks = documents.read(made.saved(file), "문서.docx").blocks
    assert [block.text if isinstance(block, Paragraph) else "표" for block in blocks] == ["앞", "표", "뒤"]
    assert isinstance(blocks[1], Table)
    assert [row[0] for row in blocks[1].rows] == ["가\n라"] * 2
    assert blocks[1].cells(1) == ["마", "바"]


def test_the_content_tells_the_format_not_the_name() -> None:
    assert documents.read(made.pdf_report(TRUTHS), "처분요구서.docx").kind == "pdf"
    assert documents.read("머리글\n본문".encode("cp949"), "글.md").blocks[1] == Paragraph("본문")


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def word(content: bytes, **more: bytes) -> bytes:
    return packed(**{"[Content_Types].xml": b"<a/>", "word/document.xml": content, **more})


def locked_pdf() -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("비밀", algorithm="RC4-128")
    return made.saved_pdf(writer)


def scanned_pdf() -> bytes:
    return bytes(typst.compile(b"#rect(width: 3cm, height: 3cm, fill: black)"))


LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "빈.docx": (lambda: b"", "내용이 없는"),
    "빈칸.txt": (lambda: b" \r\n \n", "내용이 없는"),
    "사진.docx": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "형식"),
    "잘린.docx": (lambda: made.word_report(TRUTHS)[:3000], "온전한지"),
    "깨진.docx": (lambda: word(b"<w:document><w:body>"), "온전한지"),
    "웃음.docx": (lambda: word(LAUGHS), "온전한지"),
    "바깥.hwpx": (lambda: packed(**{"Contents/section0.xml": OUTSIDE}), "온전한지"),
    "폭탄.docx": (lambda: word(b"<a>" + b" " * (60 * 2**20) + b"</a>"), "너무 크거나"),
    "깊은.hwpx": (lambda: packed(**{"Contents/section0.xml": b"<p>" * 200_000 + b"</p>" * 200_000}), "온전한지|너무 크거나"),
    "넓은.docx": (lambda: word(b'<w:tbl xmlns:w="w">' + b'<w:tr><w:tc><w:tcPr><w:gridSpan w:val="9999"/></w:tcPr></w:tc></w:tr>' * 200 + b"</w:tbl>"), "너무 크거나"),
    "매크로.docm": (lambda: word(b"<a/>", **{"word/vbaProject.bin": b"x"}), "매크로"),
    "묶음.zip": (lambda: packed(**{"a.txt": b"a"}), "압축"),
    "옛글.hwp": (lambda: OLE + "FileHeader".encode("utf-16-le") + b"\0\0", "HWPX로 저장"),
    "옛워드.doc": (lambda: OLE + "WordDocument".encode("utf-16-le") + b"\0\0", "DOCX로 저장"),
    "잠긴.xlsx": (lambda: OLE + "EncryptedPackage".encode("utf-16-le") + b"\0\0", "암호"),
    "잠긴.hwpx": (lambda: packed(**{"Contents/section0.xml": b"x", "META-INF/manifest.xml": b"<encryption-data/>"}), "암호"),
    "잠긴.pdf": (locked_pdf, "암호"),
    "스캔.pdf": (scanned_pdf, "스캔"),
    "깨진.pdf": (lambda: b"%PDF-1.7\n" + b"1 0 obj <<" * 50, "온전한지"),
    "보안.pdf": (lambda: b"DRMONE" + b"\1" * 500, "보안"),
    "웹.txt": (lambda: b"<!DOCTYPE html><html><body>x</body></html>", "DOCX로 저장"),
    "서식.txt": (lambda: rb"{\rtf1 x}", "DOCX로 저장"),
    "이진.csv": (lambda: b"a,b\0c\n" * 50, "형식"),
    "큰.txt": (lambda: b"a" * (documents.MOST_BYTES + 1), "너무 크거나"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_told_in_one_sentence_and_soon(name: str) -> None:
    content = BAD[name][0]()
    started = time.monotonic()
    with pytest.raises(DocumentError, match=BAD[name][1]) as told:
        reports.understood(content, name)
    assert time.monotonic() - started < 10
    assert str(told.value).startswith(f"「{name}」: ")
    assert str(told.value).endswith("십시오.")


def test_a_document_without_findings_says_so() -> None:
    preview = reports.understood("오늘의 식단\n김치찌개".encode(), "식단.txt")
    assert preview.items == ()
    assert "찾지 못했습니다" in str(preview.problems[0])
    assert preview.unread == ("오늘의 식단", "김치찌개")


def test_marks_of_other_formats_stay_text() -> None:
    rows = [
        "감사연도,제목,지적내용,처분",
        '2024,"=cmd|calc 업무 소홀","<script>alert(1)</script> 확인하지 않았다",주의',
    ]
    (record,) = reports.understood("\n".join(rows).encode(), "목록.csv").records
    assert record.title.startswith("=cmd|calc")
    assert "<script>" in record.facts
