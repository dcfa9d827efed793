"""Made-up findings of a made-up office, written into real office files of different layouts; what each says is told apart."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import docx
import typst
import xlsxwriter

from lib.settings import DATA

FONTS = DATA / "fetched"
HP = "http://www.hancom.co.kr/hwpml/2011/paragraph"
HS = "http://www.hancom.co.kr/hwpml/2011/section"


@dataclass(frozen=True)
class Truth:
    """What an officer reads out of one finding of a file. ``dispositions``: kind, target, count."""

    year: int
    kind: str
    office: str
    field: str
    title: str
    dispositions: tuple[tuple[str, str, int], ...]
    amount: int | None
    basis: tuple[tuple[str, str], ...]
    facts: str
    opinion: str = ""
    judgement: str = ""
    action: str = ""


REFUND = Truth(
    2025,
    "종합감사",
    "푸른세관 납세과",
    "환급",
    "소요량계산서 확인 없는 환급금 지급 부적정",
    (("시정", "기관", 1), ("주의", "담당자 2명", 2)),
    123_450_000,
    (("수출용 원재료에 대한 관세 등 환급에 관한 특례법", "제10조"), ("수출용 원재료에 대한 관세 등 환급에 관한 특례법 시행령", "제11조")),
    "2024. 1. 1.부터 2024. 12. 31.까지 환급신청 312건을 점검한 결과, 17건은 소요량계산서의 기재 내용을 확인하지 아니하고 환급금을 지급하였다. "
    "그 결과 123,450천원이 과다하게 지급되었다.",
    "푸른세관은 업무량이 많아 일부 확인을 빠뜨렸다고 답변하였다.",
    "업무량이 많다는 사정만으로 확인 의무를 면할 수 없으므로 그 주장을 받아들이기 어렵다.",
    "푸른세관장은 과다하게 지급한 환급금 1억 2,345만 원을 회수하고, 담당자 2명에게 주의를 촉구하시기 바랍니다.",
)  # fmt: skip
STORE = Truth(
    2025,
    "종합감사",
    "푸른세관 보세과",
    "보세",
    "보세창고 장치기간 경과 화물 관리 소홀",
    (("개선", "기관", 1), ("통보", "기관", 1)),
    None,
    (("관세법", "제177조"), ("관세법", "제208조"), ("관세법 시행령", "제222조")),
    "장치기간이 지난 화물 86건을 6개월 넘게 매각하지 않고 두었다. 이 가운데 12건은 화주에게 알리지도 않았다.",
    "지적내용을 인정하고 목록을 정비하겠다고 하였다.",
    "정비 계획이 있더라도 이미 지난 기간의 책임이 없어지지 않는다.",
    "매달 목록을 뽑아 처리하는 방안을 마련하여 개선하고 그 결과를 통보하시기 바랍니다.",
)


# Word: a box with the title over each finding, parts numbered 1. to 6.


def word_report(truths: Sequence[Truth]) -> bytes:
    """「[일련번호: n]」 and a form above the numbered parts; headers, footers and a deleted word must not come through."""
    file = docx.Document()
    file.sections[0].header.paragraphs[0].text = "대외비 감사자료"
    file.sections[0].footer.paragraphs[0].text = "- 1 -"
    file.add_paragraph("2025년 푸른세관 종합감사 결과 처분요구서")
    for n, truth in enumerate(truths, 1):
        file.add_paragraph(f"[일련번호: {n}]")
        form = file.add_table(rows=3, cols=4)
        asked = ", ".join(f"{kind} {count}명" if "명" in target else kind for kind, target, count in truth.dispositions)
        for r, row in enumerate((("제  목", truth.title), ("수감기관", truth.office, "업무분야", truth.field), ("처분요구", asked))):  # fmt: skip
            for c, text in enumerate(row):
                form.cell(r, c).text = text
            if len(row) == 2:
                form.cell(r, 1).merge(form.cell(r, 3))
        basis = "「{}」 {}에 따르면 세관장은 이를 확인하여야 한다. 같은 법 시행령 {}도 이를 정하고 있다."
        if n == 2:
            basis = "「{}」 {}와 {}의2 및 같은 법 시행령 {}에 따라 처리하여야 한다.".replace("{}의2", "제208조")
        rules = [truth.basis[0][0], truth.basis[0][1], truth.basis[-1][1]]
        for name, text in (
            ("1. 업무개요", "이 업무는 예시로 적은 것이다."),
            ("2. 관계법령 및 판단기준", basis.format(*rules)),
            ("3. 지적내용", truth.facts),
            ("4. 관계기관 의견", truth.opinion),
            ("5. 판단", truth.judgement),
            ("6. 조치할 사항", truth.action),
        ):
            file.add_paragraph(name)
            file.add_paragraph(text)
            if name.startswith("3."):
                inner = file.add_table(rows=2, cols=2)
                for at, cell in enumerate(("구분", "건수", "미확인", "17")):
                    inner.cell(at // 2, at % 2).text = cell
    return saved(file)


def saved(file: Any) -> bytes:
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


# PDF: Roman and boxed parts, header and page number on each page, sums in other units


def pdf_report(truths: Sequence[Truth]) -> bytes:
    """Titles as 「건명:」, parts under □, hard line ends wherever the page wants them."""
    parts = []
    for truth in truths:
        asked = " / ".join(f"{kind}({count}명)" if "명" in target else f"{kind} {count}건" for kind, target, count in truth.dispositions)  # fmt: skip
        rules = ", ".join(f"「{law}」 {article}" for law, article in truth.basis)
        parts.append(
            f"건명: {truth.title}\n\n대상기관: {truth.office}\n\n처분: {asked}\n\n"
            + (f"추징·회수액: {truth.amount // 1000:,}천원\n\n" if truth.amount else "")
            + "\n\n".join(
                f"□ {name}\n\n{text}"
                for name, text in (
                    ("업무 현황", "이 업무는 예시로 적은 것이다."),
                    ("관련 규정", f"{rules}에 따라 처리하여야 한다."),
                    ("감사결과 확인된 문제점", truth.facts),
                    ("수감기관 의견", truth.opinion),
                    ("검토결과", truth.judgement),
                    ("조치사항", truth.action),
                )
            )
        )
    page = """#set page(paper: "a5", header: [감사결과 처분요구서(요약)], footer: context align(center)[\\- #counter(page).display() \\-])
#set text(font: "Pretendard", size: 11pt, lang: "ko")
#set par(justify: true)
"""
    text = page + "2025년도 푸른세관 종합감사 결과\n\n" + "\n\n#pagebreak()\n".join(parts)
    return bytes(typst.compile(text.replace("~", "\\~").encode(), font_paths=[FONTS]))


def pdf_list(truths: Sequence[Truth]) -> bytes:
    """A ruled list with two header rows, merged cells and a total."""
    rows = "".join(
        f"[{n}],[{t.office}],[{t.title}],[{t.facts}],[{t.dispositions[0][0]}],[{(t.amount or 0) // 1000:,}],"
        for n, t in enumerate(truths, 1)
    )
    text = f"""#set page(paper: "a4", flipped: true)
#set text(font: "Pretendard", size: 9pt, lang: "ko")
2025년 푸른세관 특정감사 지적사항 목록

#table(columns: (10mm, 30mm, 50mm, 1fr, 18mm, 26mm),
  table.cell(rowspan: 2)[연번], table.cell(rowspan: 2)[대상기관], table.cell(colspan: 2)[지적사항], table.cell(colspan: 2)[조치],
  [건명], [지적요지], [처분], [추징액(천원)], {rows} table.cell(colspan: 5)[합계], [1])
"""
    return bytes(typst.compile(text.encode(), font_paths=[FONTS]))


# HWPX: several ways of Hangul word processors


def hwpx(*blocks: str | Sequence[Sequence[str]], header: str = "감사담당관실") -> bytes:
    """Paragraphs, and tables (rows of cells; "" is merged into the one to its left)."""
    body = "".join(_hwp_table(one) if not isinstance(one, str) else _hwp_text(one) for one in blocks)
    ctrl = f"<hp:p><hp:run><hp:ctrl><hp:header><hp:subList>{_hwp_text(header)}</hp:subList></hp:header></hp:ctrl></hp:run></hp:p>"
    section = f'<?xml version="1.0" encoding="UTF-8"?><hs:sec xmlns:hs="{HS}" xmlns:hp="{HP}">{ctrl}{body}</hs:sec>'
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as file:
        file.writestr("mimetype", "application/hwp+zip", ZIP_STORED)
        file.writestr("Contents/header.xml", "<head/>")
        file.writestr("Contents/section0.xml", section)
    return out.getvalue()


def _hwp_text(text: str) -> str:
    half = len(text) // 2  # one word in two runs, as editing leaves it
    return f"<hp:p><hp:run><hp:t>{_xml(text[:half])}</hp:t></hp:run><hp:run><hp:t>{_xml(text[half:])}</hp:t></hp:run></hp:p>"


def _hwp_table(rows: Sequence[Sequence[str]]) -> str:
    told = ""
    for r, row in enumerate(rows):
        told += "<hp:tr>"
        for c, text in enumerate(row):
            if not text and c:
                continue
            wide = 1 + next((n for n, cell in enumerate(row[c + 1 :]) if cell), len(row) - c - 1)
            told += (
                f'<hp:tc><hp:subList>{_hwp_text(text)}</hp:subList><hp:cellAddr colAddr="{c}" rowAddr="{r}"/>'
                f'<hp:cellSpan colSpan="{wide}" rowSpan="1"/></hp:tc>'
            )
        told += "</hp:tr>"
    return f"<hp:p><hp:run><hp:tbl>{told}</hp:tbl></hp:run></hp:p>"


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def hwpx_report(truths: Sequence[Truth]) -> bytes:
    """Titles without a label under numbers, parts under 가. 나., what to do in the words of a letter."""
    blocks: list[str | Sequence[Sequence[str]]] = [
        "푸른세관 종합감사 결과",
        [["감사기간", "2025. 3. 4. ~ 2025. 3. 15.", "감사종류", "종합감사"], ["감사대상", "푸른세관", "", ""]],
    ]
    for n, truth in enumerate(truths, 1):
        rules = " 및 ".join(f"「{law}」 {article}제1항" for law, article in truth.basis)
        blocks += [
            f"{n}. {truth.title}",
            "가. 업무개요",
            "  이 업무는 예시로 적은 것이다.",
            "나. 관계법령 및 판단기준",
            f"{rules}에 따라 처리하여야 한다.",
            "다. 위법·부당한 사항",
            truth.facts,
            [["구분", "2023", "2024"], ["건수", "5", "12"]],
            "라. 관계기관 의견",
            truth.opinion,
            "마. 감사관의 판단",
            truth.judgement,
            "바. 조치할 사항",
            truth.action,
        ]
    return hwpx(*blocks)


# Sheets


def sheet_list(truths: Sequence[Truth]) -> bytes:
    """A title and a unit above two header rows, the office merged downwards, blank rows, a subtotal, a note."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet("표지").write(0, 0, "감사결과 목록")
    page = book.add_worksheet("지적사항")
    page.merge_range("A1:I1", "2025년도 종합감사 지적사항 현황")
    page.write("I2", "(단위: 천원)")
    for place, text in {"A": "연번", "B": "수감기관", "C": "업무분야", "D": "지적사항", "E": "지적내용", "I": "관련 규정"}.items():  # fmt: skip
        page.merge_range(f"{place}3:{place}4", text)
    page.merge_range("F3:H3", "처분")
    for place, text in {"F4": "종류", "G4": "인원", "H4": "금액"}.items():
        page.write(place, text)
    at = 5
    for n, truth in enumerate(truths, 1):
        kind, target, count = truth.dispositions[-1]
        cells = [
            n,
            truth.office,
            truth.field,
            truth.title,
            truth.facts,
            kind,
            count if "명" in target else "",
            (truth.amount or 0) / 1000 or "-",
        ]
        for c, cell in enumerate([*cells, "\n".join(f"{law} {article}" for law, article in truth.basis)]):
            page.write(at, c, cell)
        at += 2
    page.write_row(at, 0, ["합계", "", "", "", "", "", "", 123450])
    page.write(at + 1, 0, "※ 금액은 추징 예정액입니다.")
    book.close()
    return out.getvalue()


def csv_list(truths: Sequence[Truth]) -> bytes:
    """cp949, other names of the columns, the story and the title in one cell, office and year only where they change."""
    rows = ["연도,감사구분,피감기관,건명,지적사항 요지,조치구분,회수액(백만원),근거,담당자 연락처,예방대책"]
    last = ""
    for truth in truths:
        same = truth.office == last
        asked = "·".join(f"{kind} {count}명" if "명" in target else kind for kind, target, count in truth.dispositions)
        rules = "; ".join(f"「{law}」 {article}" for law, article in truth.basis)
        amount = f'"{truth.amount / 1e6:,.2f}"' if truth.amount else ""
        cells = ["" if same else str(truth.year), "" if same else truth.kind[:2], "" if same else truth.office, truth.title, f'"{truth.facts}"', asked, amount, f'"{rules}"', "053-000-1234", "매달 목록을 뽑는다"]  # fmt: skip
        rows.append(",".join(cells))
        last = truth.office
    return "\r\n".join(rows).encode("cp949")


# Plain text, as one might paste it


def text_report(truths: Sequence[Truth]) -> bytes:
    """【 】 around labels, Roman numbers before parts, dispositions only in brackets behind the title."""
    told = ["감사명: 2025년 푸른세관 종합감사", ""]
    for n, truth in enumerate(truths, 1):
        asked = ", ".join(f"{kind} {count}명" if "명" in target else kind for kind, target, count in truth.dispositions)
        rules = "\n".join(f" ○ {law} {article}(예시)" for law, article in truth.basis)
        told += [
            f"【지적사항 {n}】 {truth.title} ({asked})",
            f"【수감기관】 {truth.office}",
            f"Ⅰ. 개요\n 예시로 적은 업무이다.\nⅡ. 판단기준\n{rules}\nⅢ. 사실관계\n ○ {truth.facts}\nⅣ. 소명내용\n - {truth.opinion}",
            f"Ⅴ. 종합판단\n {truth.judgement}\nⅥ. 처분의견\n {truth.action}\n재발방지 대책\n - 매달 목록을 뽑는다",
            "",
        ]
    return "\n".join(told).encode()


def saved_pdf(writer: Any) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
