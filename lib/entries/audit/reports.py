"""Findings read out of the office's own documents: lists with one finding a row, and reports (처분요구서) with numbered parts.

Nothing is made up: each field tells what it was understood from, what is inferred is marked so, and what is missing is told. What points to
a person or firm is masked in all that is kept.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from functools import cache
from itertools import pairwise
from types import MappingProxyType

from lib.entries.audit import documents
from lib.entries.audit.documents import Document, Paragraph, Table
from lib.entries.audit.findings import DISPOSITIONS, Basis, Disposition, Record
from lib.entries.audit.masking import Masker

KINDS = ("종합감사", "특정감사", "재무감사", "성과감사", "복무감사", "일상감사")  # 관세청 감사에 관한 훈령 제12조
AREAS = ("통관", "심사", "환급", "보세", "조사", "외환", "여행자", "특송", "계약·회계", "복무", "정보보호")
OTHER = "기타"  # the topic of what fits none
MOST_FINDINGS, MOST_LETTERS, MOST_TOLD = 5000, 20_000, 500
_LACKING = "찾지 못해 비워 두었습니다. 문서에 적혀 있으면 채워 주십시오."
NAMES = {
    "id": "번호", "year": "감사연도", "kind": "감사종류", "office": "수감기관", "field": "업무분야", "topic": "주제", "title": "제목",
    "dispositions": "처분", "amount_krw": "금액", "overview": "업무개요", "basis": "관계법령", "facts": "지적내용", "opinion": "관계기관 의견",
    "judgement": "판단", "action": "조치할 사항", "tags": "태그", "repeated": "재발여부", "checklist": "예방대책", "asks": "질문",
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """``where``: of the document; ``field``: as people call it; ``found``: "" where there is nothing; ``expected``: a sentence on what to do."""

    where: str
    field: str
    found: str
    expected: str

    def __str__(self) -> str:
        found = f"「{self.found}」 " if self.found else ""
        return f"{self.where}, {self.field}: {found}{self.expected}"


@dataclass(frozen=True)
class Item:
    """A finding as understood. ``sources``: of each field that has something, what it was understood from; ``guessed``: the fields that are
    inferred and want a look; ``where``: in the document.
    """

    record: Record
    where: str
    sources: Mapping[str, str]
    guessed: frozenset[str]


@dataclass(frozen=True)
class Preview:
    """What an import would keep; nothing is changed by it. ``unread``: text nothing was made of; ``masked``: how many of each kind."""

    name: str
    items: tuple[Item, ...]
    problems: tuple[Problem, ...]
    unread: tuple[str, ...]
    masked: Mapping[str, int]

    @property
    def records(self) -> tuple[Record, ...]:
        """For ``findings.keep``."""
        return tuple(item.record for item in self.items)


def understood(data: bytes, name: str) -> Preview:
    """The findings of a document. Raises ``DocumentError`` where it cannot be read; one without findings is a preview without items."""
    document = documents.read(data, name)
    reading = _Reading(document)
    drafts = reading.drafts()
    problems = list(reading.problems)
    if len(drafts) > MOST_FINDINGS:
        problems.append(
            _cut(
                "지적사항",
                f"{len(drafts):,}건",
                f"앞의 {MOST_FINDINGS:,}건만 읽었습니다. 나머지는 파일을 나누어 올리십시오.",
            )
        )
    whole = "\n".join(text for draft in drafts for texts in draft.texts.values() for text in texts)
    mask = Masker("\n".join((whole, *(text[:300] for text in reading.unread[:MOST_TOLD]))), reading.people)
    items: list[Item] = []
    for draft in drafts[:MOST_FINDINGS]:
        item, told = _item(draft, reading.context, mask)
        problems += told
        items += [item] if item else []
    if not items and not problems:
        problems.append(
            _cut("지적사항", "", "지적사항을 찾지 못했습니다. 제목과 지적내용이 든 표나 처분요구서인지 확인하십시오.")
        )
    problems = _collapsed(problems, len(items))
    unread = tuple(mask(text[:300])[0] for text in reading.unread[:MOST_TOLD])
    told_problems = tuple(replace(one, found=mask(one.found)[0][:80], where=mask(one.where)[0]) for one in problems)
    return Preview(name, tuple(items), told_problems, unread, MappingProxyType(dict(mask.told)))


def _collapsed(problems: Sequence[Problem], findings: int) -> list[Problem]:
    """What no finding of a document has is told once."""
    lacking = Counter(one.field for one in problems if one.expected == _LACKING)
    every = {name for name, count in lacking.items() if count == findings > 1}
    kept = [one for one in problems if one.expected != _LACKING or one.field not in every]
    return [*kept, *(Problem("모든 지적사항", name, "", _LACKING) for name in lacking if name in every)]


def _cut(name: str, found: str, expected: str) -> Problem:
    return Problem("문서 전체", name, found, expected)


# What the document says, before it is understood


@dataclass
class _Draft:
    """The texts of one finding by field; ``sources``: where each was found; ``unit``: won to one of its amounts."""

    where: str
    texts: dict[str, list[str]] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    guessed: set[str] = field(default_factory=set)
    unit: int | None = None

    def add(self, name: str, text: str, source: str) -> None:
        if text.strip():
            self.texts.setdefault(name, []).append(text.strip())
            self.sources.setdefault(name, source)

    def text(self, name: str) -> str:
        return "\n".join(self.texts.get(name, ()))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(f"(?:{text})")


# Names of parts and labels, without blanks and signs
_PARTS = {
    "overview": _pattern(r"(?:업무|사업|제도|감사대상)?(?:업무)?(?:의)?(?:처리)?(?:개요|현황)(?:및현황)?"),
    "basis": _pattern(
        r"(?:관계|관련|근거|적용|위반|법적)(?:법령|규정|법규|근거|기준)(?:등)?(?:및|과|등)?(?:판단|업무처리|처리|적용)?(?:기준|규정|근거|지침|등)?|판단기준|근거|근거법령|업무처리기준|법령및기준"
    ),
    "facts": _pattern(
        r"(?:주요)?지적(?:내용|요지|사항요지|사항내용)|위법부당(?:한)?(?:사항|내용)|감사결과(?:확인된)?(?:문제점|사항|지적사항|내용)?|확인된(?:사항|문제점|사실|내용)|"
        r"(?:업무|처리|업무처리|운영)?(?:현황|실태)및문제점|문제점|사실관계|위반(?:내용|사실)|부적정(?:내용|사항)|점검결과|업무처리실태|처리실태|확인결과"
    ),
    "opinion": _pattern(
        r"(?:관계|수감|대상|피감|해당|소관)(?:기관|부서|관서|자)(?:등)?(?:의)?(?:의견|답변|소명|변명)(?:및(?:검토|감사)?(?:결과|의견)?)?|(?:당사자|관련자|관계자|수감자)(?:의)?(?:의견|소명|변명|답변)|소명내용|답변내용"
    ),
    "judgement": _pattern(
        r"(?:감사(?:관|담당관|실)?(?:의)?)?(?:판단|검토결과|검토의견|종합판단|종합의견)(?:및결론)?|결론|감사의견"
    ),
    "action": _pattern(
        r"(?:조치|처분|시정)(?:할|요구|하여야할|필요|요구할)?(?:사항|의견|내용)(?:및.{1,10})?|조치(?:요구|계획)|처분요구"
    ),
    "checklist": _pattern(
        r"(?:재발방지|예방)(?:대책|조치|방안|체크리스트|점검사항|사항)?|업무유의사항|유의사항|개선대책"
    ),
}
_LABELS = {
    "title": _pattern(r"제목|건명|지적(?:사항)?(?:제목|명|건명)|지적사항|감사지적사항|처분요구제목|사례명"),
    "id": _pattern(r"(?:일련|관리|지적|처분|처분요구|문서|사건관리)번호"),
    "year": _pattern(r"(?:감사|처분|실시|회계|지적)?(?:연도|년도)"),
    "period": _pattern(r"감사(?:실시)?기간|감사일자|감사일|실시기간"),
    "kind": _pattern(r"감사(?:의)?(?:종류|구분|유형|형태|명|방법및종류)|감사종별"),
    "office": _pattern(
        r"(?:수감|감사대상|대상|피감|피감사|소관|조치|해당|처분대상|처분요구대상|관계)(?:기관|관서|부서|세관)(?:부서|명)?|(?:기관|관서|부서)명?|감사대상|수감처|세관명?"
    ),
    "field": _pattern(r"(?:업무|지적|감사|소관)?분야|업무(?:구분|유형)?|소관업무"),
    "dispositions": _pattern(
        r"(?:행정상|신분상|재정상)?(?:처분|조치)(?:의)?(?:종류|요구종류|구분|유형|결과|현황|요구구분|요구)?|처분내용|처분및조치|행정상|신분상"
    ),
    "amount_krw": _pattern(
        r"(?:관련|지적|처분|추징|회수|환수|징수|변상|추징회수|회수추징|재정상|추징등|감액|보전)(?:예정|대상|조치)?(?:금액|세액|액)|금액|재정상(?:조치)?"
    ),
    "repeated": _pattern(r"(?:재발|반복)(?:지적)?(?:여부)?|반복지적사항|재지적여부"),
    "tags": _pattern(r"태그|키워드|위반유형|지적유형|유형|주제어"),
    "people": _pattern(r"(?:처분|대상|관련|문책)?(?:인원|인원수|대상자수|자수)"),
}
_COLUMN_ONLY = {
    "facts": _pattern(r"내용|세부내용|주요내용|요지|상세내용|지적내용및문제점"),
    "action": _pattern(r"처분요구내용|조치요구|조치계획|조치할내용"),
    "basis": _pattern(r"근거|규정|법령|관계법령등|관계규정등"),
    "checklist": _pattern(r"예방|대책|예방및개선대책|개선방안|재발방지"),
    "judgement": _pattern(r"판단내용"),
    "opinion": _pattern(r"의견|기관의견|소명|답변"),
    "skip": _pattern(
        r"연번|순번|번호|no|비고|공개여부|담당자?|연락처|전화번호|이행(?:여부|결과|상황|기한)|처리(?:상황|결과)|조치(?:결과|기한|완료일|여부)|완료일|첨부|구분|감사자|감사반|건수"
    ),
}  # fmt: skip
_FACTS = ("지적사항", "감사지적사항")  # a title, or what was found: as its place says
_PEOPLE_TOLD = _pattern(r"담당자|성명|이름|관련자|대상자")
_ALIKE = ("시정", "주의", "경고", "개선", "권고", "통보", "징계", "변상", "현지조치", "현지시정")
_MARKS = (
    ("digit", r"\d{1,2}\s?[.)](?!\d)"),
    ("hangul", r"[가나다라마바사아자차카타파하][.)]"),
    ("roman", r"[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]{1,2}[.)]?|(?:I{1,3}|IV|VI{0,3}|IX|X)[.)]"),
    ("box", r"[□■▣◆◇▢❏]"),
    ("circle", r"[○●◦ㅇ◎o](?=\s)|[○●◎](?=[가-힣])(?!○)"),
    ("paren", r"\((?:\d{1,2}|[가-하])\)"),
    ("enclosed", r"[①-⑳㉠-㉯❶-❿]"),
    ("dash", r"[-–▶▷•※*·](?=\s)"),
)
_MARK = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _MARKS))
_BRACKETS = re.compile(r"[\[【〔〈《<「](.{1,40}?)[\]】〕〉》>」]")
_SERIAL = re.compile(
    r"[\[【〔(<〈]?\s*(?:일련\s*번호|지적\s*번호|처분요구\s*번호|지적\s*사항|지적|사례|처분요구서?)\s*(?:제|[:：.\-]|no\.?)?\s*((?:[가-힣]{1,6}-)?\d[\w-]{0,20})\s*(?:호|번|건|\.(?!\d))?\s*[\]】〕)>〉]?\s*[:：.]?\s*",
    re.IGNORECASE,
)
_FAULT = re.compile(
    r"(?:부적정|부적절|부당|소홀|미이행|미실시|미흡|누락|지연|오류|태만|불철저|위반|미징수|미조치|미부과|과다|과소|미비|방치|불이행|잘못|미제출|미통보|도과|필요|부실|수수|유용|횡령|사용|남용|미작성|미확인)(?:\s*(?:사항|사례|건|등))?$"
)
_TOTAL = re.compile(r"(?:총?합계|총계|소계|누계|계|합)(?:\(.*\))?")


def _letters(text: str) -> str:
    return re.sub(r"[^가-힣a-z]", "", re.sub(r"\([^)]*\)|\[[^\]]*\]", "", text.lower()))


def _called(names: Mapping[str, re.Pattern[str]], text: str) -> str:
    """The key whose name this is, or ""."""
    bare = _letters(text)
    return next((key for key, pattern in names.items() if pattern.fullmatch(bare)), "") if 0 < len(bare) < 24 else ""


def _clipped(text: str) -> tuple[str, str, str]:
    """A line without its mark: (kind of mark or "", the mark, the rest)."""
    match = _MARK.match(text)
    if not match:
        return "", "", text
    return match.lastgroup or "", match[0], text[match.end() :].strip()


@dataclass(frozen=True)
class _Line:
    text: str
    where: str
    raw: bool = False  # of a table that is part of the text: never a heading


@dataclass(frozen=True)
class _Head:
    """A line that names a part or label: ``rest`` is what stands behind its name."""

    key: str
    part: bool
    style: str
    rest: str
    name: str


def _head(line: _Line) -> _Head | None:
    """What a line names, if it names something."""
    if line.raw:
        return None
    style, _, text = _clipped(line.text)
    bracket = _BRACKETS.match(text)
    if bracket and not line.text.startswith("「"):
        name, rest = bracket[1], text[bracket.end() :].lstrip(" :：")
        inner, told, value = name.partition(":") if ":" in name else name.partition("：")
        if told and not rest:
            name, rest = inner, value.strip()
        style = style or "bracket"
    else:
        colon = re.search(r"[:：]", text[:40])
        if colon:
            name, rest = text[: colon.start()], text[colon.end() :].strip()
        else:
            spaced = re.match(
                r"(제\s*목|건\s*명|수감\s*기관|감사\s*대상\s*기관|대상\s*기관|감사\s*종류|감사\s*연도|업무\s*분야|처분\s*종류|처분\s*요구)\s{1,}(?=\S)",
                text,
            )
            apart = re.match(r"((?:[가-힣]\s){1,6}[가-힣])\s(?=\S{2})", text)  # 「소 관 기 관  ...」
            spaced = apart if apart and _called(_LABELS, apart[1]) else spaced
            named = spaced and len(text) < 120 and not _called(_PARTS, text)
            name, rest = (spaced[1], text[spaced.end() :].strip()) if spaced and named else (text, "")
        if not style and not colon and not rest:
            style = "plain"
    name = _clipped(name.strip())[2]
    if len(name) > 40 or (not rest and re.search(r"[.다]$", name.strip()) and len(name) > 14):
        return None
    key = _called(_PARTS, name)
    label = _called(_LABELS, name)
    if style == "digit" and not rest and _letters(name) in _FACTS:
        return _Head("facts", True, style, rest, name)
    if label and rest and (not key or (key == "action" and _all_dispositions(rest))):
        return _Head(label, False, style, rest, name)
    if key:
        if style == "plain" and key in ("overview", "judgement") and len(_letters(name)) < 3:
            return None
        return _Head(key, True, style, rest, name)
    if label and style in ("bracket",) and label not in ("people", "repeated", "tags", "field"):
        return _Head(label, False, style, rest, name)
    return None


class _Reading:
    """One document on its way to drafts. ``context``: what its head says of all its findings."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.unread: list[str] = []
        self.people: set[str] = set()  # whom a list names in a column of their own
        self.context = _Draft("문서 머리")

    def drafts(self) -> list[_Draft]:
        """All findings of the document: of its lists, and of its text."""
        lists: list[_Draft] = []
        lines: list[_Line] = []
        last: _Columns | None = None
        for at, block in enumerate(self.document.blocks, 1):
            if isinstance(block, Paragraph):
                where = f"{block.page}쪽" if block.page else f"{at}번째 문단"
                lines += [_Line(text.strip(), where) for text in block.text.split("\n") if text.strip()]
                continue
            columns = _columns(block)
            if columns is None and last is not None and len(block.rows[0]) == last.width and _goes_on(block, last):
                columns = replace(last, begin=0)
            if columns is None:
                lines += _form(block)
                continue
            if columns.begin:
                self._above(block, columns)
            lists += self._rows(block, columns)
            last = columns
        texts = self._texts(lines)
        return _merged(texts, lists)

    # lists

    def _above(self, table: Table, columns: "_Columns") -> None:
        """The title rows of a table."""
        for r in range(columns.top):
            for cell in table.cells(r):
                if unit := re.search(r"단위\s*[:：]?\s*([조억천백만]*원)", cell):
                    columns.unit = _unit(unit[1])
                elif not self._told(cell, f"표 제목 「{cell[:40]}」"):
                    self.unread.append(cell)

    def _told(self, text: str, source: str) -> bool:
        """Whether a title says something of all findings, which is kept."""
        year = re.search(r"(?:19|20)\d{2}(?=\s*(?:년|\.|회계|학년)|\s+[가-힣])", text)
        kind = re.search(r"(종합|특정|재무|성과|복무|일상|정기|기관운영|재무)\s*감사", text)
        office = _OFFICE.search(text)
        if not ("감사" in text or "지적" in text or "처분" in text) or len(text) > 120:
            return False
        for key, match in (("year", year), ("kind", kind), ("office", office)):
            if match and key not in self.context.texts:
                self.context.add(key, match[0], source)
        return True

    def _rows(self, table: Table, columns: "_Columns") -> list[_Draft]:
        found: list[_Draft] = []
        above: dict[str, str] = {}
        sheet = (
            f"「{table.title}」 시트 "
            if table.title and sum(isinstance(b, Table) for b in self.document.blocks) > 1
            else ""
        )
        for r in range(columns.begin, len(table.rows)):
            row, cells = table.rows[r], table.cells(r)
            where = f"{sheet}{table.first + r}행" if not table.page else f"{table.page}쪽 표 {r + 1}행"
            said = [cell for cell in row if cell]
            if not said or _same_header(row, columns):
                continue
            if any(_TOTAL.fullmatch(re.sub(r"\s", "", cell)) for cell in said[:3]):
                continue
            if len(set(said)) == 1 and len(row) > 2:
                if (key := _group(said[0])) and not columns.has(key):
                    above[key] = said[0].strip("□○■- ")
                elif cells:
                    self.unread.append(f"{where}: {said[0]}")
                continue
            draft = _Draft(where, unit=columns.unit)
            for key, text in above.items():
                draft.add(key, text, "표 안의 작은 제목")
            for c, key in enumerate(columns.keys):
                text = row[c]
                if not key or key == "skip":
                    if text and _PEOPLE_TOLD.fullmatch(_letters(columns.titles[c])):
                        self.people.add(text)
                    continue
                if (
                    not text
                    and key in ("year", "kind", "office", "field")
                    and found
                    and (before := found[-1].text(key))
                ):
                    draft.add(key, before, "위 행의 값")
                    draft.guessed.add(key)
                elif key.startswith("count:"):
                    if text and re.search(r"[1-9○O●vV]", text):
                        many = re.search(r"\d+", text)
                        draft.add(
                            "dispositions",
                            f"{key[6:]} {many[0] if many else 1}{'명' if '명' in text else '건'}",
                            f"「{columns.titles[c]}」 열",
                        )
                elif key == "amount_krw" and text and (unit := columns.units.get(c)):
                    draft.add(key, _with_unit(text, unit), f"「{columns.titles[c]}」 열")
                else:
                    draft.add(key, text, f"「{columns.titles[c]}」 열")
            if not draft.text("title") and not draft.text("facts"):
                if re.match(r"\s*[※*]", said[0]) or len(said) < 3:
                    self.unread.append(f"{where}: {' | '.join(dict.fromkeys(said))}")
                    continue
                self.problems.append(
                    Problem(
                        where,
                        NAMES["title"],
                        "",
                        "제목과 지적내용이 모두 비어 있어 읽지 않았습니다. 한 가지는 적으십시오.",
                    )
                )
                continue
            found.append(draft)
        return found

    # reports

    def _texts(self, lines: Sequence[_Line]) -> list[_Draft]:
        found: list[_Draft] = []
        heads = [_head(line) for line in lines]
        starts = _starts(lines, heads)
        begins = [at for at in range(len(lines)) if at in starts]
        for line, head in zip(lines[: begins[0] if begins else len(lines)], heads, strict=False):
            self._before(line, head)
        for at, end in zip(begins, [*begins, len(lines)][1:], strict=True):
            found.append(self._finding(lines[at:end], heads[at:end], starts[at], len(found) + 1))
        for before, draft in pairwise(found):
            for key in ("year", "kind"):
                if key not in draft.texts and key not in self.context.texts and key in before.texts:
                    draft.add(key, before.text(key), "앞 지적사항의 값")
                    draft.guessed.add(key)
        return found

    def _before(self, line: _Line, head: _Head | None) -> None:
        if head and not head.part and head.rest:
            if head.key in ("year", "kind", "office", "period"):
                self._told(head.rest, f"{line.where} 「{head.name}」")
                if head.key not in self.context.texts:
                    self.context.add(head.key, head.rest, f"{line.where} 「{head.name}」")
                return
        elif self._told(line.text, f"{line.where} 「{line.text[:40]}」"):
            return
        self.unread.append(line.text)

    def _finding(self, lines: Sequence[_Line], heads: Sequence[_Head | None], start: "_Start", number: int) -> _Draft:
        draft = _Draft(f"{number}번째 지적사항({lines[0].where})")
        main = _main_style(heads)
        seen = {head.key for head in heads if head and head.part and head.style == main}
        now = ""
        used: set[str] = set()
        for at, (line, head) in enumerate(zip(lines, heads, strict=True)):
            if at < start.lines:
                if at == 0 and start.number:
                    draft.add("id", start.number, f"{line.where} 「{line.text[:40]}」")
                if at == start.lines - 1 and start.title:
                    draft.add("title", start.title, f"{line.where} 「{line.text[:40]}」")
                continue
            fits = head is not None and (
                head.style == main
                or head.style in ("bracket", "plain")
                or not head.part
                or (
                    head.key not in seen
                    and head.key not in used
                    and head.name.strip() not in ("현황", "개요", "판단", "결론")
                )
            )
            if head and head.part and fits and not (head.key in used and head.style != main):
                now = head.key
                used.add(now)
                draft.sources.setdefault(now, f"{line.where} 「{head.name.strip()}」")
                draft.add(now, head.rest, "")
            elif (
                head
                and not head.part
                and head.rest
                and (not now or head.key not in ("title", "field", "office", "people"))
                and head.key not in draft.texts
            ):
                draft.add(head.key, head.rest, f"{line.where} 「{head.name.strip()}」")
            elif head and not head.part and not head.rest:
                now = head.key
                draft.sources.setdefault(now, f"{line.where} 「{head.name.strip()}」")
            elif now:
                draft.add(now, line.text, "")
            elif not _SERIAL.fullmatch(line.text):
                self.unread.append(line.text)
        return draft


def _goes_on(table: Table, last: "_Columns") -> bool:
    """Whether a table without a header goes on with the one before: a list cut by the end of a page."""
    return bool(table.page or last.page) or all(_TOTAL.fullmatch(cell) or cell for cell in table.rows[0])


@dataclass
class _Columns:
    """What the columns of a list hold: ``keys`` and ``titles`` by column; its header ends before the row ``begin``."""

    keys: list[str]
    titles: list[str]
    top: int
    begin: int
    units: dict[int, int]
    page: int = 0
    unit: int | None = None

    @property
    def width(self) -> int:
        return len(self.keys)

    def has(self, key: str) -> bool:
        return key in self.keys


def _columns(table: Table) -> _Columns | None:
    """The header of a list of findings, one to three rows; None where it is no such list."""
    best: tuple[float, _Columns] | None = None
    for top in range(min(len(table.rows), 25)):
        if not any(table.rows[top]):
            continue
        for deep in (1, 2, 3):
            rows = table.rows[top : top + deep]
            if len(rows) < deep or any(len(cell) > 40 for row in rows for cell in row):
                break
            parts = [
                list(dict.fromkeys(" ".join(row[c].split()) for row in rows if row[c])) for c in range(len(rows[0]))
            ]
            keys = [_column(part) for part in parts]
            told = {key for key in keys if key and key != "skip"}
            if len(told) < 3 or not told & {"title", "facts"} or len(told - {"title", "id"}) < 2:
                continue
            if len({cell for cell in rows[0] if cell}) < 2 or not all(_headers(*pair) for pair in pairwise(rows)):
                continue
            fit = len(told) + 0.3 * sum(bool(key) for key in keys) + 0.1 * deep - 0.01 * top
            if best is None or fit > best[0]:
                titles = [" ".join(part) for part in parts]
                units = {c: unit for c, title in enumerate(titles) if (unit := _unit_in(title))}
                best = fit, _Columns(_settled(keys, titles), titles, top, top + deep, units, table.page)
    return best[1] if best else None


def _headers(above: Sequence[str], row: Sequence[str]) -> bool:
    """Whether a row goes on with the header above it: all it adds are names of columns."""
    new = [(over, cell) for cell, over in zip(row, above, strict=True) if cell and cell != over]
    return (
        bool(new)
        and all(
            _named(f"{over} {cell}") or _named(cell) or _letters(cell) in _ALIKE or _unit_in(cell) for over, cell in new
        )
        and not any(re.search(r"\d", cell) for _, cell in new)
    )


def _settled(keys: list[str], titles: Sequence[str]) -> list[str]:
    """Of several columns for one thing that can only be one, the first counts; 지적사항 beside a title is what was found."""
    if keys.count("title") > 1 and "facts" not in keys:
        told = [at for at, title in enumerate(titles) if keys[at] == "title" and _letters(title) in _FACTS]
        keys = ["facts" if at in told[:1] else key for at, key in enumerate(keys)]
    return [
        "skip" if key in ("title", "year", "kind", "office", "field", "id") and key in keys[:at] else key
        for at, key in enumerate(keys)
    ]


def _column(parts: Sequence[str]) -> str:
    """What a column holds, by its header from top to bottom."""
    if not parts:
        return ""
    last = _letters(parts[-1])
    if last in _ALIKE and len(parts) > 1:
        return f"count:{last}"
    return next((key for name in (" ".join(parts), parts[-1], parts[0]) if (key := _named(name))), "")


def _named(name: str) -> str:
    return next((key for names in (_LABELS, _PARTS, _COLUMN_ONLY) if (key := _called(names, name))), "")


def _same_header(row: Sequence[str], columns: _Columns) -> bool:
    """Whether a row is the header again."""
    said = [(cell, title) for cell, title in zip(row, columns.titles, strict=True) if cell]
    return len(said) > 2 and sum(
        _letters(cell) in _letters(title) and bool(_letters(cell)) for cell, title in said
    ) > 0.7 * len(said)


def _group(text: str) -> str:
    """What a row that is one cell groups the rows below by."""
    bare = text.strip("□○■- ")
    if _OFFICE.fullmatch(bare):
        return "office"
    if re.fullmatch(r"(?:19|20)\d{2}\s*년?도?", bare):
        return "year"
    return "field" if _area(bare.removesuffix("분야").strip()) and len(bare) < 12 else ""


def _form(table: Table) -> Iterator[_Line]:
    """A table that is no list as lines: a form's labels with their values, else its rows."""
    where = f"{table.page}쪽 표" if table.page else "표"
    names = {**_LABELS, **_PARTS}
    r = 0
    while r < len(table.rows):
        cells = table.cells(r)
        labels = [bool(_called(names, cell)) for cell in cells]
        if len(cells) == 1:
            for text in cells[0].split("\n"):
                yield _Line(text.strip(), where)
        elif (
            len(cells) > 1 and all(labels) and r + 1 < len(table.rows) and len(table.rows[r + 1]) == len(table.rows[r])
        ):
            for c, title in enumerate(table.rows[r]):
                if title and (r, c) not in table.merged and table.rows[r + 1][c]:
                    yield _Line(f"{title}: {' '.join(table.rows[r + 1][c].split())}", where)
            r += 1
        elif cells and len(cells) % 2 == 0 and all(labels[::2]):
            for title, value in zip(cells[::2], cells[1::2], strict=True):
                texts = value.split("\n")
                yield _Line(f"{' '.join(title.split())}: {texts[0]}", where)
                yield from (_Line(text.strip(), where) for text in texts[1:] if text.strip())
        elif cells:
            yield _Line(" | ".join(" ".join(cell.split()) for cell in cells), where, True)
        r += 1


@dataclass(frozen=True)
class _Start:
    """Where a finding begins: how many lines its number and title take, and what they say."""

    lines: int
    number: str = ""
    title: str = ""


def _starts(lines: Sequence[_Line], heads: Sequence[_Head | None]) -> dict[int, _Start]:
    """The lines at which findings begin."""
    found: dict[int, _Start] = {}
    at, last, titled, parts = 0, -1, False, set[str]()

    def begin(place: int, start: _Start) -> None:
        nonlocal last, titled, parts
        found[place] = start
        last, titled, parts = place, bool(start.title), set()

    while at < len(lines):
        line, head = lines[at], heads[at]
        serial = None if line.raw else _SERIAL.match(_clipped(line.text)[2] if _MARK.match(line.text) else line.text)
        if serial and (
            serial.end() == len(serial.string) or _FAULT.search(serial.string) or serial.string[0] in "[【〔(<〈"
        ):
            rest = serial.string[serial.end() :].strip()
            named = _head(replace(line, text=rest)) if rest else None
            title = named.rest if named and named.key == "title" else rest
            begin(at, _Start(1, serial[1], title if not named or named.key == "title" else ""))
        elif head and not head.part and head.key == "title" and (head.rest or head.style == "bracket"):
            if last < 0 or titled or parts:
                begin(_lead(lines, heads, at, last), _Start(0))
            titled = True
        elif (
            head
            and not head.part
            and head.key in ("id", "office", "dispositions", "year", "kind")
            and len(parts) > 2
            and _title_soon(heads, at)
        ):
            begin(at, _Start(0))
        elif head and head.part:
            if last < 0 or (
                head.key in parts and head.key in ("overview", "facts") and len(parts) > 2 and head.style == "digit"
            ):
                begin(at, _Start(0))
            parts.add(head.key)
        elif not head and (last < 0 or titled or parts) and _is_title(lines, heads, at, parts):
            begin(at, _Start(1, "", _clipped(line.text)[2]))
        at += 1
    return found


def _lead(lines: Sequence[_Line], heads: Sequence[_Head | None], at: int, last: int) -> int:
    """Labels right above a title (수감기관, 처분 ...) belong to it."""
    while (
        at - 1 > last
        and (head := heads[at - 1])
        and not head.part
        and head.key in ("id", "office", "dispositions", "field", "amount_krw", "year", "kind")
    ):
        if last < 0 and head.key in ("year", "kind", "office"):
            break
        at -= 1
    return at


def _title_soon(heads: Sequence[_Head | None], at: int) -> bool:
    ahead = list(heads[at : at + 6])
    return any(head and head.key == "title" and not head.part for head in ahead)


def _is_title(lines: Sequence[_Line], heads: Sequence[_Head | None], at: int, parts: Collection[str]) -> bool:
    """Whether a line without a label is the title of a finding: it names a fault, and a part follows, one of ``parts`` again."""
    text = re.sub(r"\s*[(\[].{1,30}[)\]]$", "", lines[at].text)
    if lines[at].raw or len(text) > 90 or not _FAULT.search(text.rstrip(" .")) or text.endswith("다."):
        return False
    ahead = heads[at + 1 : at + 5]
    first = next((n for n, head in enumerate(ahead) if head), None)
    if first is None:
        return False
    style, one = _clipped(lines[at].text)[0], ahead[first]
    if one is None or style == "dash" or (parts and one.part and one.key not in parts):
        return False
    return first < (3 if style else 2) and style != one.style


def _main_style(heads: Iterable[_Head | None]) -> str:
    """The mark most parts of a finding bear."""
    styles: dict[str, set[str]] = {}
    for head in heads:
        if head and head.part:
            styles.setdefault(head.style, set()).add(head.key)
    return max(styles, key=lambda style: len(styles[style]), default="")


def _merged(texts: list[_Draft], lists: list[_Draft]) -> list[_Draft]:
    """A list beside reports sums them up: its rows fill what their reports leave open."""
    titles = {_letters(draft.text("title")): draft for draft in texts if draft.text("title")}
    alone: list[_Draft] = []
    for row in lists:
        draft = titles.get(_letters(row.text("title")))
        if draft is None:
            alone.append(row)
            continue
        for key, told in row.texts.items():
            if key not in draft.texts:
                draft.texts[key], draft.sources[key] = told, f"목록의 {row.where} {row.sources[key]}"
                draft.unit = row.unit
    return [*texts, *alone]


# What the texts mean

_OFFICE = re.compile(
    r"(?:[가-힣]{1,8}(?:본부|직할|공항|항)?세관|관세청|관세인재개발원|관세평가분류원|중앙관세분석소|관세국경관리연수원)(?:\s*[가-힣]{1,9}(?:과|국|담당관|담당관실|센터|팀|실)(?![가-힣]))?"
)
_DISPOSED = re.compile(
    r"(?P<징계>(?:중|경)?징계(?!부가금)|정직|감봉|견책|해임|파면|강등)|(?P<변상명령>변상(?:명령|판정)?)|(?P<현지조치>현지\s*(?:조치|시정|주의)|자율\s*시정)|"
    r"(?P<시정>시정|추징|회수|환수|보전|원상복구)|(?P<경고>(?:엄중|기관)?\s*경고)|(?P<주의>(?:기관)?\s*주의)|(?P<개선>(?:제도)?\s*개선)|(?P<권고>권고)|(?P<통보>통보)"
)
_FILLING = re.compile(
    r"요구|조치|처분|촉구|등|및|기관|담당자|관련자|감독자|관리자|직원|명|건|개|회|각|총|인사자료|비위|신분상|행정상|재정상|제도|하시기|바람|필요|추징|회수|환수|환급|보전|원상복구|완료|의결|대상|엄중|[\d\s,·ㆍ/+()\[\]:;~-]|억|천|만|백|원"
)
_PEOPLE = re.compile(r"(?:(담당자|감독자|관리자|관련자|직원|책임자|과장|팀장|당직자)?\s*(\d{1,3})\s*(명|인))")


def _all_dispositions(text: str) -> bool:
    """Whether a text says nothing but dispositions."""
    return (
        bool(_DISPOSED.search(text)) and len(text) < 120 and not _FILLING.sub("", _DISPOSED.sub("", text)).strip(" .\n")
    )


def dispositions(text: str) -> tuple[Disposition, ...]:
    """The dispositions (관세청 감사에 관한 훈령 제28조) a short text names: 「시정(추징), 주의 2명, 기관경고」."""
    found: dict[tuple[str, str], int] = {}
    for part in re.split(
        r"[,/;\n·ㆍ+]|및|\s와\s|\s과\s(?=[가-힣])",
        re.sub(r"\(([^)]*)\)", lambda m: f"({m[1].replace(',', ' ')})", text),
    ):
        matches = [*_DISPOSED.finditer(re.sub(r"^\s*(?:신분상|행정상|재정상)\s*(?:조치|처분)?\s*[:：]?", "", part))]
        outer = [
            match
            for match in matches
            if match.string[: match.start()].count("(") <= match.string[: match.start()].count(")")
        ] or matches[:1]
        for n, match in enumerate(outer):
            kind = match.lastgroup or ""
            string = match.string
            behind = string[match.end() : outer[n + 1].start() if n + 1 < len(outer) else len(string)]
            person = _PEOPLE.search(behind) or (_PEOPLE.search(string[: match.start()]) if n == 0 else None)
            many = re.search(
                r"(\d{1,4})\s*(?:건|개|회)?(?!\s*[\d,조억만천백원])",
                re.sub(r"[\d,.]+\s*[조억만천백]*\s*원", "", behind),
            )
            if person:
                target, count = f"{person[1] or '담당자'} {person[2]}명", int(person[2])
            else:
                target, count = ("담당자" if kind in ("징계", "변상명령") else "기관"), int(many[1]) if many else 1
            if (kind, target) in found and n:
                continue
            found[kind, target] = found.get((kind, target), 0) + count
    return tuple(Disposition(kind, target, count) for (kind, target), count in found.items())


_ASKED = (
    ("변상명령", r"변상(?:을\s*명|하도록|하게|명령)"),
    ("징계", r"징계(?:를|\s)*(?:요구|의결|처분|하시기|하여)"),
    ("현지조치", r"현지\s*(?:에서\s*)?(?:조치|시정)|자율\s*시정"),
    ("시정", r"(?:추징|회수|환수|징수|환급|보전|원상복구|반납|부과)(?:을|를|\s)*(?:하(?:시기|고|여|도록|며)|할 것|조치|바[람랍])|시정(?:하|\s*조치|\s*요구)"),
    ("경고", r"경고(?:를|\s)*(?:하|할|조치|처분|요구)"),
    ("주의", r"주의(?:를|\s)*(?:촉구|요구|조치|처분|주시기|하시기|할 것|를\s*주)"),
    ("개선", r"개선(?:방안|대책|하|을|\s*조치)"),
    ("권고", r"권고(?:하|합|함)"),
    ("통보", r"통보(?:하시기|하오니|합니다|함|하여\s*주)"),
)  # fmt: skip


def _asked(text: str) -> tuple[Disposition, ...]:
    """The dispositions that sentences on what to do ask for."""
    found: list[Disposition] = []
    for kind, pattern in _ASKED:
        if match := re.search(pattern, text):
            sentence = text[: match.end()]
            sentence = (
                sentence[max(sentence.rfind("다.") + 2, sentence.rfind("\n") + 1, 0) :]
                if "다." in sentence or "\n" in sentence
                else sentence
            )
            person = [*_PEOPLE.finditer(sentence)]
            if kind in ("주의", "경고", "징계", "변상명령") and person:
                target, count = f"{person[-1][1] or '담당자'} {person[-1][2]}명", int(person[-1][2])
            else:
                target, count = "기관", 1
            found.append(Disposition(kind, target, count))
    return tuple(found)


# Sums of money

_DIGITS = {"조": 10**12, "억": 10**8, "만": 10**4}
_SMALL = {"천": 1000, "백": 100, "십": 10}
_SUM = re.compile(
    r"(?P<minus>[△▲−-]\s*)?(?P<sum>(?:\d[\d,]*(?:\.\d+)?\s*[천백십]*\s*[조억만]?\s*)+)(?P<won>원)?", re.ASCII
)
_UNITS = {"원": 1, "천원": 1000, "만원": 10**4, "백만원": 10**6, "천만원": 10**7, "억원": 10**8, "십억원": 10**9}
_BACK = re.compile(r"추징|회수|환수|징수|변상|반납|보전|과다\s*지급|과소\s*징수|부족세액|환급")


def won(text: str, unit: int = 1) -> int | None:
    """A sum as Korean offices write it, in won: 「1억 2,345만 원」, 「12,345천원」, 「△3백만원」; a bare number counts ``unit``. None: no sum."""
    match = _SUM.search(text)
    if not match:
        return None
    told = match["sum"].replace(",", "").strip()
    if not re.search("[조억만천백십]", told) and not match["won"]:
        value = Decimal(re.sub(r"\s", "", told)) * unit
    else:
        value = _spelled(told)
    shut = text[: match.start()].rstrip().endswith("(") and re.fullmatch(r"\(\s*[\d,.]+\s*\)", text.strip())
    return int(-value if match["minus"] or shut else value)


def _spelled(text: str) -> Decimal:
    total = Decimal(0)
    group = Decimal(0)
    for number, small, large in re.findall(r"(\d+(?:\.\d+)?)\s*([천백십]*)\s*([조억만]?)", text):
        value = Decimal(number)
        for sign in small:
            value *= _SMALL[sign]
        group += value
        if large:
            total += group * _DIGITS[large]
            group = Decimal(0)
    return total + group


def _sums(text: str) -> list[int]:
    """The sums in won a text names."""
    found = []
    for match in _SUM.finditer(text):
        behind = text[match.end() : match.end() + 3].lstrip()
        if match["won"] or (
            re.search("[억조]", match["sum"]) and not re.match("[가-힣]*(?:건|명|달러|불|엔|개|유로)", behind)
        ):
            value = won(match[0])
            found += [value] if value else []
    return found


def _unit(text: str) -> int | None:
    return _UNITS.get(re.sub(r"\s", "", text))


def _unit_in(title: str) -> int | None:
    match = re.search(r"[(\[]\s*(?:단위\s*[:：]?\s*)?([십천백만억]*\s*원)\s*[)\]]", title)
    return _unit(match[1]) if match else None


def _with_unit(text: str, unit: int) -> str:
    """An amount of a column that has its own unit."""
    if re.search("[원억만천백]", text):
        return text
    value = won(text, unit)
    return text if value is None else f"{value}원"


# Rules

_ARTICLE = re.compile(r"제?\s?(\d{1,4}(?:-\d{1,3}){0,2})\s?조(?:\s?의\s?(\d{1,2}))?(?![가-힣]*원)", re.ASCII)
_QUOTED = re.compile(r"[「『｢]([^」』｣\n]{2,80})[」』｣]\s*(?:[(（][^()（）]{0,80}[)）])?\s*$")
_SAME = re.compile(
    r"(같은|동|위|이)\s?(법률|법|시행령|영|시행규칙|규칙|고시|훈령|규정|예규|지침)(?:\s?(시행령|시행규칙|영|규칙))?\s*$"
)
_SHORT = re.compile(r"이하\s*[\"“'‘「]?\s*([가-힣A-Z]{1,15}?)\s*[\"”'’」]?\s*(?:이라|라|$)")
_PLAIN = re.compile(
    r"((?:(?:[가-힣A-Za-z·ㆍ]+\s){0,6}?[가-힣A-Za-z·ㆍ]+\s(?:관한|대한|위한|따른|의한)\s)*(?:[가-힣A-Za-z·ㆍ]{1,12}\s(?:등\s)?){0,3}?"
    r"[가-힣A-Za-z·ㆍ]{0,25}(?:법률|법|시행령|시행규칙|규칙|규정|고시|훈령|예규|지침|세칙|내규|조례|요령)(?:\s?(?:시행령|시행규칙))?)\s*$"
)
_CLAUSE = re.compile(
    r"^.*(?:[은는이가을를]|하여|하고|또한|및|또는|따르면|그리고|한편|따라|경우|에서|으로)\s(?=\S*\s?\S)"
)
_BETWEEN = re.compile(
    r"(?:\s|[,·ㆍ~∼및와과의]|또는|부터|까지|내지|제?\d+(?:항|호|목)(?:\s?의\s?\d+)?|[가-하]목|본문|단서|전단|후단|각\s?호|각\s?목|[(（][^()（）]{0,60}[)）]|규정에|같은|조)*$"
)
_RULES = ("규정", "규칙", "고시", "훈령", "예규", "지침", "세칙", "요령")
_BELOW = {"영": "시행령", "시행령": "시행령", "규칙": "시행규칙", "시행규칙": "시행규칙"}


@cache
def _laws() -> tuple[tuple[str, str], ...]:
    """What laws are called, without blanks, and their official names, the longest first."""
    from lib.entries.audit import cards, findings
    from lib.entries.audit.naming import ALIASES

    names = {card.law for card in cards.load()} | {one.law for record in findings._shipped() for one in record.basis}
    told = {re.sub(r"\s", "", name): name for name in names}
    for line in ALIASES.read_text("utf-8").splitlines()[1:]:
        alias, _, law = line.partition(",")
        if len(alias) > 1 and alias not in ("시행령", "시행규칙", "규칙", "규정", "고시", "훈령"):
            told.setdefault(re.sub(r"\s", "", alias), law.strip('"'))
    return tuple(sorted(told.items(), key=lambda one: -len(one[0])))


def _official(name: str) -> str:
    bare = re.sub(r"[\s·ㆍ]", "", name)
    for known, law in _laws():
        if re.sub("[·ㆍ]", "", known) == bare:
            return law
        for below in ("시행령", "시행규칙"):
            if bare == re.sub("[·ㆍ]", "", known) + below and law.endswith(("법", "법률")):
                return f"{law} {below}"
    return re.sub(r"(?<=[법률])\s*(시행령|시행규칙)$", r" \1", " ".join(name.split()))


def bases(text: str) -> tuple[tuple[Basis, ...], tuple[str, ...]]:
    """The articles a text names, each with the sentence it stands in, and those whose law is not told."""
    found: dict[tuple[str, str], str] = {}
    lost: list[str] = []
    short: dict[str, str] = {}
    named: list[str] = []
    last, end = "", 0
    for match in _ARTICLE.finditer(text):
        if not match[0].lstrip().startswith("제") and not re.search(r"[법령칙정시]\s?$", text[: match.start()]):
            continue
        before = text[end : match.start()]
        told = _law(before, last, short, named)
        end = match.end()
        article = f"제{match[1]}조" + (f"의{match[2]}" if match[2] else "")
        if not told:
            lost.append(match[0].strip())
            continue
        last = told
        named.append(told)
        found.setdefault((told, article), _sentence(text, match.start(), match.end()))
    return tuple(Basis(law, article, says) for (law, article), says in found.items()), tuple(dict.fromkeys(lost))


def _law(before: str, last: str, short: dict[str, str], named: Sequence[str]) -> str:
    """The law named right before an article, "" if none is."""
    before = before[-200:]
    before = re.sub(r"\s+", " ", line if len(_letters(line := before.rpartition("\n")[2])) > 1 else before)
    for match in re.finditer(r"[「『｢]([^」』｣]{2,80})[」』｣]\s*[(（]([^()（）]{0,80})[)）]", before):
        if told := _SHORT.search(match[2]):
            short[told[1]] = _official(match[1])
    if quoted := _QUOTED.search(before):
        return _official(quoted[1])
    below = re.search(
        r"[「『｢]([^」』｣]{2,80})[」』｣]\s*(?:[(（][^()（）]{0,80}[)）])?\s*(시행령|시행규칙)\s*$", before
    )
    if below:
        return _official(f"{below[1]} {below[2]}")
    if last and (same := _SAME.search(before)):
        if same[2] in ("고시", "훈령", "규정", "예규", "지침"):
            return next((law for law in reversed(named) if law.endswith(same[2])), last)
        if same[2] in ("영", "시행령"):
            return next((law for law in reversed(named) if law.endswith("시행령")), f"{_mother(last)} 시행령")
        if same[2] in ("규칙", "시행규칙"):
            return next((law for law in reversed(named) if law.endswith("규칙")), f"{_mother(last)} 시행규칙")
        return f"{_mother(last)} {_BELOW.get(same[3] or '', '')}".strip()
    if abbreviation := re.search(r"(?:^|[\s,「(·])([가-힣A-Z]{1,15})\s*$", before):
        name = abbreviation[1]
        if name in short:
            return short[name]
        if name in _BELOW and "법" in short:
            return f"{short['법']} {_BELOW[name]}"
    if last and _BETWEEN.fullmatch(before):
        return last
    if plain := _PLAIN.search(before):
        name = plain[1]
        bare = re.sub(r"\s", "", before)
        for known, law in _laws():
            if bare.endswith(known) and len(known) > 2:
                return law
        if name.rpartition(" ")[2] in _RULES and " 관한 " not in name:  # 「가나 다라 규정」
            name = _clipped(re.split(r"[,;:]|다\. |[은는이가을를]\s|하여\s", before)[-1].strip())[2]
            if name.count(" ") in range(1, 7):
                return _official(name)
        if _letters(name) in ("법", "방법", "법률", "규정", "훈령", "고시", "예규", "지침"):
            return next((law for law in reversed(named) if law.endswith(name)), "")
        if " 관한 " not in name and " 대한 " not in name:
            name = re.findall(r"\S+(?:\s(?:시행령|시행규칙))?$", name)[0]
        name = _CLAUSE.sub("", name)
        return "" if name.startswith(("같은", "동법", "방법")) else _official(name)
    if re.search(r"(?:^|[\s,(])법\s*$", before):
        return short.get("법", "관세법")
    if alone := re.search(r"(?:^|[\s,(])(훈령|고시|규정|예규|지침)\s*$", before):
        return next((law for law in reversed(named) if law.endswith(alone[1])), alone[1])
    return ""


def _mother(law: str) -> str:
    return re.sub(r"\s*(?:시행령|시행규칙)$", "", law)


def _sentence(text: str, start: int, end: int) -> str:
    """The sentence a place stands in."""
    before = text.rfind("다. ", 0, start)
    begin = max(before + 3 if before >= 0 else 0, text.rfind("\n", 0, start) + 1)
    stops = [at for at in (text.find("다. ", end), text.find("다.\n", end), text.find("\n", end)) if at >= 0]
    stop = min(stops, default=len(text))
    said = text[begin : stop + 2 if text[stop : stop + 1] == "다" else stop]
    return _clipped(said.strip(" .\n"))[2].strip(" .")[:600] + ("." if said.rstrip().endswith(("다", "다.")) else "")


# Topics and areas: the words that clearly say so; a word counts once

_TOPICS = {
    "과다환급": "환급 소요량 간이정액 정액환급 기납증 기초원재료납세증명 원재료 손모율 환급금 부산물 환급신청",
    "감면 사후관리": "감면 사후관리 재수출 분할납부 용도외 용도세율 감면물품 용도 감면세액 설치장소 재수출면세",
    "보세구역 관리": "보세구역 보세창고 보세공장 보세운송 특허 장치기간 재고조사 반입신고 체화 면세점 반출입 보세판매장 운영인 특허수수료 보세",
    "통고처분·과태료": "통고처분 과태료 벌금 고발 공소시효 양벌 조사위원회 감경 벌금상당액 통고 범칙 범칙조사",
    "과세가격·세율": "과세가격 세율 품목분류 관세평가 가산요소 잠정가격 경정 원산지 협정관세 FTA 확정신고 경정청구 과세전통지 로열티 생산지원비 운송비용 권리사용료",
    "체납·담보 관리": "체납 담보 결손 압류 소멸시효 체납자 납세보증보험 출국금지 정리보류 체납처분 체납액 명단공개 고액체납",
    "여행자 통관": "여행자 휴대품 면세한도 유치물품 자진신고 유치증 이사물품 승무원 유치 입국장 여행자통관",
    "특송·목록통관": "특송 목록통관 특송업체 특송물품 전자상거래 통관고유부호 해외직구 구매대행 특송업자 통관목록",
    "압수·몰수품 관리": "압수 몰수 압수물품 몰수품 폐기 공매 압수조서 봉인 환가 압수품 몰수물품 압수물",
    "외환검사": "외환 외국환 환전 외환검사 환전영업자 자본거래 송금 지급수단 외국환거래 외환조사 환전영업 외환거래",
    "계약·검수": "계약 수의계약 검수 지체상금 입찰 예정가격 하자 낙찰 대가 구매 분할계약 계약서 납품 준공 쪼개기 물품구매 하자검사 견적",
    "복무·여비·관용차": "복무 출장 여비 초과근무 시간외근무 관용차 관용차량 병가 연가 당직 공용차량 출장비 근무지 유연근무 근무시간 시간외",
    "개인정보·과세정보": "개인정보 과세정보 무단조회 조회 누설 접근권한 비밀유지 정보보호 유출 열람 과세자료 개인정보보호",
    "이해충돌·외부강의": "이해충돌 외부강의 접대 금품 청탁 겸직 회피 사적 이해관계 영리업무 골프 강의 사례금 주식 제척",
    "전산 유지관리": "전산 유지관리 소프트웨어 유지보수 시스템 전산장비 하도급 용역 서버 유지관리비 정보시스템 국종망 정보화 전산장비",
    "성과·교육 실적": "성과 교육 실적 교육훈련 근무성적평가 포상 평가 이수 성과면담 교육이수 훈련 성과평가 근무성적 포상금",
    "마약·총기 대응": "마약 총기 마약류 도검 총포 분사기 판독 마약탐지 무기 엑스레이 개장검사 신변 은닉",
}  # fmt: skip
_AREA_WORDS = {
    "통관": "통관 수입신고 수리 수출신고 우편물 품목분류 신고수리",
    "심사": "심사 과세가격 감면 경정 체납 원산지 세액 담보 관세평가 협정관세 사후관리 기업심사",
    "환급": "환급 소요량 간이정액 기납증 환급금",
    "보세": "보세 보세구역 보세운송 보세창고 보세공장 반출입 면세점 장치기간 특허 재고조사",
    "조사": "조사 통고처분 압수 몰수 범칙 고발 밀수 압수물품 몰수품",
    "외환": "외환 외국환 환전 송금 자본거래",
    "여행자": "여행자 휴대품 유치 면세한도 이사물품 승무원 입국장 유치물품",
    "특송": "특송 목록통관 특송물품 전자상거래 해외직구",
    "계약·회계": "계약 수의계약 검수 회계 예산 지체상금 입찰 대금 구매 지출 용역 유지보수 물품구매",
    "복무": "복무 출장 여비 초과근무 시간외근무 당직 관용차 외부강의 병가 연가 교육훈련 근무성적평가 근무시간",
    "정보보호": "개인정보 과세정보 무단조회 접속기록 보안 정보보호 접근권한 누설",
}  # fmt: skip
_AREA_ALIAS = {
    "계약": "계약·회계", "회계": "계약·회계", "예산": "계약·회계", "재무": "계약·회계", "휴대품": "여행자", "여행자통관": "여행자", "특송통관": "특송",
    "보세화물": "보세", "화물": "보세", "외환조사": "외환", "외환검사": "외환", "정보화": "정보보호", "개인정보": "정보보호", "보안": "정보보호", "인사": "복무",
    "환급심사": "환급", "관세환급": "환급", "납세심사": "심사", "수입통관": "통관", "수출통관": "통관", "조사단속": "조사", "감시": "조사",
}  # fmt: skip


def _nearest(words: Mapping[str, str], title: str, rest: str) -> tuple[str, tuple[str, ...]]:
    """The key whose words a text clearly speaks, and which; ("", ()) where none stands out."""
    bare_title, bare = re.sub(r"\s", "", title), re.sub(r"\s", "", rest)
    told: dict[str, tuple[float, tuple[str, ...]]] = {}
    for key, line in words.items():
        own = line.split()
        here = tuple(word for word in own if word in bare_title)
        there = tuple(word for word in own if word in bare)
        told[key] = (
            sum(2 + len(word) for word in here)
            + sum(len(word) ** 0.5 * min(bare.count(word), 3) for word in there) / 2,
            here or there,
        )
    (best, (most, why)), (_, (second, _)) = sorted(told.items(), key=lambda one: -one[1][0])[:2]
    return (best, why[:4]) if most >= 4 and most >= 1.25 * second else ("", ())


def _area(text: str) -> str:
    bare = re.sub(r"[^가-힣]", "", text)
    bare = re.sub(r"(?:업무|분야|행정)$", "", bare)
    exact = next((area for area in AREAS if bare == re.sub(r"\W", "", area)), "")
    return exact or _AREA_ALIAS.get(bare, "")


# From a draft to a record


def _item(draft: _Draft, context: _Draft, mask: Masker) -> tuple[Item | None, list[Problem]]:
    """The record a draft makes, and what of it is missing or strange; None where it is too little."""
    made = _Making(draft, context)
    record = made.record()
    if record is None:
        return None, made.problems
    clean = _masked(record, mask)
    told = {
        key: mask(source)[0]
        for key, source in made.sources.items()
        if getattr(record, key, None) not in ("", (), None, 0)
    }
    return Item(clean, mask(draft.where)[0], MappingProxyType(told), frozenset(made.guessed & {*told})), made.problems


def _masked(record: Record, mask: Callable[[str], tuple[str, Mapping[str, int]]]) -> Record:
    def clean(value: object) -> object:
        if isinstance(value, str):
            return mask(value)[0]
        if isinstance(value, tuple):
            return tuple(clean(one) for one in value)
        if isinstance(value, Basis):
            return replace(value, says=mask(value.says)[0])
        if isinstance(value, Disposition):
            return replace(value, target=mask(value.target)[0])
        return value

    return replace(record, **{one.name: clean(getattr(record, one.name)) for one in fields(record)})  # type: ignore[arg-type]


class _Making:
    """A draft becoming a record."""

    def __init__(self, draft: _Draft, context: _Draft) -> None:
        self.draft, self.context = draft, context
        self.sources, self.guessed = dict(draft.sources), set(draft.guessed)
        self.problems: list[Problem] = []

    def record(self) -> Record | None:
        """None where there is no title, or neither facts nor basis."""
        title, disposed = self._title()
        texts = {key: self._text(key) for key in ("overview", "facts", "opinion", "judgement", "action")}
        basis = self._basis(texts)
        if not title or not (texts["facts"] or basis):
            what = NAMES["title"] if not title else NAMES["facts"]
            self._missing(
                what, title[:40], "제목과, 지적내용이나 관계법령 가운데 하나가 있어야 합니다. 채운 뒤 다시 올리십시오."
            )
            return None
        said = " ".join((texts["overview"], texts["facts"]))
        record = Record(
            self.id(), self._year(), self._kind(), self._office(texts["action"]), self._field(title, said), self._topic(title, said), title,
            self._dispositions(disposed, texts["action"]), self._amount(texts["action"]), texts["overview"], basis, texts["facts"], texts["opinion"],
            texts["judgement"], texts["action"], self._tags(), self._repeated(texts["judgement"] + texts["facts"]), self._checklist(), (),
        )  # fmt: skip
        for key in (
            "year",
            "kind",
            "office",
            "field",
            "dispositions",
            "overview",
            "basis",
            "facts",
            "opinion",
            "judgement",
            "action",
        ):
            if not getattr(record, key) and not any(one.field == NAMES[key] for one in self.problems):
                self._missing(NAMES[key], "", _LACKING)
        return record

    def _missing(self, what: str, found: str, expected: str) -> None:
        self.problems.append(Problem(self.draft.where, what, found, expected))

    def _guess(self, key: str, source: str) -> None:
        self.sources[key] = f"추정: {source}"
        self.guessed.add(key)

    def _text(self, key: str) -> str:
        text = self.draft.text(key)
        if len(text) > MOST_LETTERS:
            self._missing(NAMES[key], f"{len(text):,}자", f"너무 길어 앞의 {MOST_LETTERS:,}자만 읽었습니다.")
        return (text if "\n" in text else _clipped(text)[2])[:MOST_LETTERS]

    def id(self) -> str:
        """The document's own number, where it is more than a count of its findings."""
        number = self.draft.text("id").strip()
        return number if len(number) > 5 or re.search(r"\d.*-.*\d|[가-힣].*\d", number) else ""

    def _title(self) -> tuple[str, str]:
        """The title, and the dispositions in brackets behind it."""
        title = " ".join(self.draft.text("title").split())
        facts = self.draft.text("facts")
        if title and not facts and len(title) > 80:  # a list whose 지적사항 is the whole story
            self.draft.texts["facts"] = [self.draft.text("title")]
            self.sources["facts"] = self.sources.get("title", "")
            title, facts = "", self.draft.text("title")
        if not title and facts:
            first = re.split(r"(?<=[다함음임됨])\.|\n", facts.strip())[0].strip()
            title = first if len(first) <= 60 else first[:59].rsplit(" ", 1)[0] + "…"
            self._guess("title", "지적내용의 첫머리")
        match = re.search(r"\s*[(\[【]([^()\[\]【】]{2,60})[)\]】]$", title)
        if match and _all_dispositions(match[1]):
            return title[: match.start()].strip()[:300], match[1]
        return title.strip(" .")[:300], ""

    def _year(self) -> int:
        for source, guess in ((self.draft, False), (self.context, False)):
            for key in ("year", "period"):
                text = source.text(key)
                if match := re.search(r"(?<!\d)(?:19|20)\d{2}(?!\d)", text):
                    self.sources["year"] = source.sources.get(key, "")
                    if key == "period" or guess:
                        self._guess("year", f"감사기간 「{text[:40]}」")
                    return int(match[0])
                if match := re.search(r"['’‘](\d{2})(?!\d)", text):
                    self.sources["year"] = source.sources.get(key, "")
                    return 2000 + int(match[1])
                if text and key == "year":
                    self._missing(NAMES["year"], text, "네 자리 연도로 적으십시오.")
        if match := re.search(r"(20\d{2})-", self.draft.text("id")):
            self._guess("year", f"번호 「{self.draft.text('id')}」")
            return int(match[1])
        return 0

    def _kind(self) -> str:
        source = self.draft if self.draft.text("kind") else self.context
        text = re.sub(r"\s", "", source.text("kind"))
        if not text:
            return ""
        self.sources["kind"] = source.sources.get("kind", "")
        for kind in KINDS:
            if kind in text or text in (kind[:2], f"{kind[:2]}점검"):
                return kind
        self._missing(NAMES["kind"], text, f"{', '.join(KINDS)} 가운데 하나가 아닙니다. 적힌 그대로 두었습니다.")
        return text[:40]

    def _office(self, action: str) -> str:
        for source in (self.draft, self.context):
            if text := " ".join(source.text("office").split()):
                self.sources["office"] = source.sources.get("office", "")
                return text[:80]
        if match := re.search(r"([가-힣]{1,10}세관)장(?:은|께서는|에게)", action):
            self._guess("office", f"조치할 사항의 「{match[0]}」")
            return match[1]
        return ""

    def _field(self, title: str, said: str) -> str:
        text = self.draft.text("field")
        if area := _area(text):
            return area
        near, why = _nearest(_AREA_WORDS, title, said)
        if text:
            self._missing(NAMES["field"], text, f"{', '.join(AREAS)} 가운데 하나로 적으십시오.")
        if near:
            self._guess("field", f"낱말 {', '.join(why)}")
        return near

    def _topic(self, title: str, said: str) -> str:
        near, why = _nearest(_TOPICS, title, said)
        self._guess("topic", f"낱말 {', '.join(why)}" if near else "뚜렷한 낱말이 없음")
        return near or OTHER

    def _dispositions(self, title: str, action: str) -> tuple[Disposition, ...]:
        text = self.draft.text("dispositions")
        if text and (told := dispositions(_with_people(text, self.draft.text("people")))):
            strange = _FILLING.sub("", _DISPOSED.sub("", text)).strip(" .\n")
            if len(strange) > 1:
                self._missing(
                    NAMES["dispositions"],
                    text,
                    f"처분 가운데 읽지 못한 말이 있습니다. {', '.join(DISPOSITIONS)}(으)로 적으십시오.",
                )
            return told
        if text:
            self._missing(
                NAMES["dispositions"], text, f"처분을 읽지 못했습니다. {', '.join(DISPOSITIONS)}(으)로 적으십시오."
            )
        if title:
            self.sources["dispositions"] = "제목 뒤의 괄호"
            return dispositions(title)
        bracketed = [
            part
            for part in re.findall(r"[(\[]([^()\[\]]{2,40})[)\]]", action)
            if _all_dispositions(part) and re.fullmatch(r"[^.]*", part)
        ]
        if bracketed and not _all_dispositions(action):
            self._guess("dispositions", "조치할 사항의 괄호")
            return dispositions(", ".join(bracketed))
        if told := (dispositions(action) if _all_dispositions(action) else _asked(action)):
            self._guess("dispositions", "조치할 사항의 문장")
        return told

    def _amount(self, action: str) -> int | None:
        texts = self.draft.texts.get("amount_krw", [])
        if texts and any(re.search(r"\d", text) for text in texts):
            values = [won(text, self.draft.unit or 1) for text in texts]
            known = [value for value in values if value is not None]
            if not self.draft.unit and any(re.fullmatch(r"[△▲\s\d,.()-]+", text) for text in texts):
                self._missing(
                    NAMES["amount_krw"], texts[0], "단위가 적혀 있지 않아 원으로 읽었습니다. 맞는지 확인하십시오."
                )
                self._guess("amount_krw", f"{self.sources.get('amount_krw', '')}, 단위 없음")
            if len(known) > 1:
                self._guess("amount_krw", f"{len(known)}개 열의 합계")
            return sum(known) if any(known) else None
        if texts and not re.fullmatch(r"[\s\-–—·.]*|해당\s*없음|없음", texts[0]):
            self._missing(NAMES["amount_krw"], texts[0], "금액을 읽지 못했습니다. 「12,345천원」처럼 적으십시오.")
        told = [(part, _sums(part)) for part in re.split(r"(?<=다)\.|\n", action) if _BACK.search(part)]
        sums = list(dict.fromkeys(value for _, values in told for value in values))
        if len(sums) == 1:
            self._guess("amount_krw", "조치할 사항의 추징·회수 문장")
            return sums[0]
        if sums:
            whole = [
                value for part, values in told for value in values[:1] if re.search(r"(?:총|합계|모두|계)\s*[\d]", part)
            ]
            if len(set(whole)) == 1 or (sum(sums) - max(sums) == max(sums)):
                self._guess("amount_krw", "조치할 사항의 합계")
                return whole[0] if whole else max(sums)
            self._missing(
                NAMES["amount_krw"],
                ", ".join(f"{value:,}원" for value in sums[:5]),
                "금액이 여럿이어서 정하지 못했습니다. 추징·회수액을 따로 적으십시오.",
            )
        return None

    def _basis(self, texts: Mapping[str, str]) -> tuple[Basis, ...]:
        text = self.draft.text("basis")[:MOST_LETTERS]
        told, lost = bases(text)
        if lost:
            self._missing(
                NAMES["basis"], ", ".join(lost[:5]), "어느 법령의 조문인지 알 수 없습니다. 법령 이름을 함께 적으십시오."
            )
        if not told and text:
            self._missing(NAMES["basis"], text[:60], "조문을 찾지 못했습니다. 「관세법」 제38조처럼 적으십시오.")
        if not told and (guess := bases("\n".join((texts["overview"], texts["facts"], texts["judgement"])))[0]):
            self._guess("basis", "본문에 나온 조문")
            return guess
        return told

    def _tags(self) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(
                tag.strip(" #") for tag in re.split(r"[,;/\n]|\s#", self.draft.text("tags")) if tag.strip(" #")
            )
        )[:20]

    def _repeated(self, said: str) -> bool:
        text = re.sub(r"\s", "", self.draft.text("repeated")).lower()
        if text:
            return bool(re.match(r"(?:재발|반복|예|여$|y|o$|○|해당$|있음|true|동일)", text)) and not re.search(
                "없|아님|않", text
            )
        if match := re.search(
            r"(?:이전|지난|종전|과거|직전|\d{4}년)[^.]{0,30}감사[^.]{0,30}(?:같은|동일|유사)[^.]{0,20}지적[^.]{0,20}(?:반복|재발|되풀이|다시|또)|반복\s*지적|재차\s*지적",
            said,
        ):
            self._guess("repeated", f"「{match[0][:30]}」")
            return True
        return False

    def _checklist(self) -> tuple[str, ...]:
        parts = re.split(r"\n|(?<=다)\.\s", self.draft.text("checklist"))
        told = [_clipped(part.strip())[2].strip(" .") for part in parts]
        return tuple(one for one in told if one)[:30]


def _with_people(text: str, people: str) -> str:
    """A disposition of a column with the head count of the next."""
    many = re.search(r"\d+", people)
    return (
        f"{text} {many[0]}명" if many and int(many[0]) and not re.search(r"\d\s*명", text) and "," not in text else text
    )
