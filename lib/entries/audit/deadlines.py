"""Deadline arithmetic: the last day of a period the question names, with each step told, or the date that is missing.

The periods are the table ``data/audit/deadlines.csv``; a period the question itself states is reckoned by 민법. Nothing is
guessed: a day that does not exist or is not said is asked for.
"""

import csv
import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from lib.settings import DATA
from lib.workdays import DAY, ends, why_off

TABLE = DATA / "audit" / "deadlines.csv"
CAUTION = (
    "임시공휴일, 기간의 중단·정지·연장, 송달 방법에 따라 달라질 수 있으므로 원문과 사건 기록을 사람이 확인하십시오."
)
MOST = 3  # answers to one question
LONGEST = 2_000  # letters read of a question
FIRST, LAST = 1950, 2100  # years reckoned with; the holidays of others are not known


@dataclass(frozen=True)
class Term:
    """A period of a rule: ``n`` of ``unit`` (일, 개월, 년, 근무일) after (``back``: before) the day ``starts`` tells.

    ``triggers``: any (words a question must have all of, words it must not have), blanks apart; ``near``: words the date
    stands beside; ``included``: that day counts; ``moved``: whose days off push the last day on (관세법, 민법, 아님); ``verified``: held against the text.
    """

    key: str
    name: str
    triggers: tuple[tuple[frozenset[str], frozenset[str]], ...]
    law: str
    article: str
    n: int
    unit: str
    back: bool
    starts: str
    near: tuple[str, ...]
    included: bool
    moved: str
    note: str
    verified: bool


@dataclass(frozen=True)
class Reckoned:
    """A deadline. ``moved_from``: the counted day, where a day off moved it; ``passed``: as of today; all four None-able
    fields are None where the date is missing. ``text``: every step in Korean sentences.
    """

    name: str
    law: str
    article: str
    start: date | None
    last: date | None
    moved_from: date | None
    passed: bool | None
    text: str


class Said(NamedTuple):
    """A day a question tells at ``at`` to ``end``: ``day``, None where there is no such day; ``words``: as told;
    ``sure``: whether it can be no other day; ``soft``: 오늘 and the like, a start only beside the word of one.
    """

    at: int
    end: int
    day: date | None
    words: str
    sure: bool = True
    soft: bool = False


@cache
def load() -> tuple[Term, ...]:
    """The table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(_term(row) for row in csv.DictReader(file))


def _term(row: dict[str, str]) -> Term:
    triggers = tuple(
        (frozenset(one.partition("!")[0].split("+")), frozenset(one.split("!")[1:]))
        for one in row["triggers"].split("|")
    )
    return Term(
        row["key"], row["name"], triggers, row["law"], row["article"], int(row["n"]), row["unit"], row["direction"] == "앞",
        row["starts"], tuple(row["near"].split("|")), row["first"] == "포함", row["moved"], row["note"], row["verified"] == "확인",
    )  # fmt: skip


# Arithmetic


def last_day(first: date, n: int, unit: str, customs: bool = False) -> date:
    """The day a period ends whose first counted day is ``first``: by days, working days, or the calendar (민법 제160조).
    ``customs``: whether 근로자의 날 is a day off in every year. Raises ``OverflowError`` beyond the calendar.
    """
    if unit == "일":
        return first + DAY * (n - 1)
    if unit == "근무일":
        day = first - DAY
        for _ in range(n):
            day = ends(day + DAY, customs)
        return day
    there = _months(first, n * (12 if unit == "년" else 1))
    return there - DAY if there.day == first.day else there


def last_day_before(event: date, n: int, unit: str, customs: bool = False) -> date:
    """The last day to act so that the whole period lies between it and the day of ``event``, neither counted."""
    if unit == "일":
        return event - DAY * (n + 1)
    if unit == "근무일":
        day = event
        for _ in range(n + 1):
            day -= DAY
            while why_off(day, customs):
                day -= DAY
        return day
    return _months(event, -n * (12 if unit == "년" else 1)) - DAY


def _months(day: date, n: int) -> date:
    """The same day of another month, or its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


# Dates in a question

_YEARS = {"재작년": -2, "작년": -1, "지난해": -1, "전년": -1, "올해": 0, "금년": 0, "내년": 1, "다음해": 1}
_DAYS = {"그끄저께": -3, "그저께": -2, "그제": -2, "어저께": -1, "어제": -1, "작일": -1, "오늘": 0, "금일": 0, "방금": 0, "명일": 1, "내일모레": 2, "내일": 1, "모레": 2, "글피": 3}  # fmt: skip
_WEEKS = {"지지난": -2, "저저번": -2, "지난": -1, "저번": -1, "이번": 0, "금": 0, "다음": 1, "다다음": 2}
_WORDED = {"하루": "1일", "이틀": "2일", "사흘": "3일", "나흘": "4일", "닷새": "5일", "엿새": "6일", "이레": "7일", "여드레": "8일", "아흐레": "9일", "열흘": "10일", "보름": "15일", "일주일": "7일", "반년": "6개월"}  # fmt: skip
_COUNTS = {
    "한": 1,
    "두": 2,
    "세": 3,
    "석": 3,
    "네": 4,
    "넉": 4,
    "다섯": 5,
    "여섯": 6,
    "일곱": 7,
    "여덟": 8,
    "아홉": 9,
    "열": 10,
}
_YEAR = r"(?P<y>(?<!\d)(?:19|20)\d\d|(?<![\d.])'?\d\d(?=\s*(?:년|[./-]\s*\d{1,2}\s*[./-]))|재작년|작년|지난해|전년|올해|금년|내년|다음\s?해)\s*(?:도\s*)?(?:년\s*(?:도\s*)?|[./-]\s*)?"
_DATES = re.compile(
    rf"{_YEAR}(?P<m>\d{{1,2}})\s*(?:월|[./-])\s*(?P<d>\d{{1,2}}(?!\d)|말일?)\s*일?"
    r"|(?<!\d)(?P<whole>(?:19|20)\d{6})(?!\d)"
    r"|(?<![\d.])(?P<m2>\d{1,2})\s*월\s*(?P<d2>\d{1,2}(?!\d)|말일?)\s*일?"
    r"|(?<![\d./-])(?P<m3>\d{1,2})[./](?P<d3>\d{1,2})(?![\d./]*\d)(?!\s*(?:%|배|억|만|천|점|퍼|호|조|건|톤|kg|k))\.?"
    r"|(?P<ml>지지난|지난|저번|이번|이|다음|전|당|익)\s?(?:달|월)\s*(?P<dl>\d{1,2}(?=\s*일)|말일?|초하루)\s*일?"
    r"|(?P<yl>재작년|작년|지난해|올해|금년|내년)\s*(?:연)?말(?!일?\s*\d)"
    r"|(?P<wl>지지난|저저번|지난|저번|이번|금|다다음|다음)\s?주\s*(?P<wd>[월화수목금토일])요일"
    r"|(?P<near>지난|이번|오는|다가오는|돌아오는)\s?(?P<nd>[월화수목금토일])요일"
    r"|(?P<word>그끄저께|그저께|그제(?!서|야)|어저께|어제|작일|오늘|금일|방금|내일모레|내일|명일|모레|글피)"
    r"|(?P<ago>(?<!\d)\d{1,3})\s*(?P<unit>일|주일?|개월|달|년)\s*(?P<way>전|뒤|후)(?!\s*까지)"
    r"|(?<![\d월.\-/])(?P<only>\d{1,2})일(?=\s*(?:에(?!\s*한)|자로|날|오전|오후))",
    re.ASCII,
)
_PAST = re.compile(
    r"받[은았고]|왔|했|(?<![기제])한\s|한데|됐|된|되었|냈|낸|끝났|끝난|마쳤|마친|도착|들어[왔온]|송달|수리|났|였|었|았|갔|생긴|접수|안\s*날|지난|납부한|발생"
)
_FUTURE = re.compile(r"예정|시작[하될합]|할\s|하려|계획|잡혀|열리|열릴|받을|있을|나갈|나갑|나간다|개시|출국|하기로")
_AS_OF = re.compile(r"\s*(?:까지|기준|현재|시점|안에)")
_ACT = re.compile(r"해도|하려|하면|할수|하는게|해야|제출하|내려|내도|내면")


def dates(question: str, today: date, back: bool = False) -> tuple[Said, ...]:
    """The days a question tells, in its order. ``back``: for a period that runs back from a day to come."""
    found = (_said(match, question, today, back) for match in _DATES.finditer(question))
    return tuple(one for one in found if one)


def _said(match: re.Match[str], question: str, today: date, back: bool) -> Said | None:
    got = {name: value for name, value in match.groupdict().items() if value}
    words, around = match[0].strip(), question[max(match.start() - 16, 0) : match.end() + 16]
    day: date | None = None
    sure, soft = True, False
    if "whole" in got:
        day = _date(int(got["whole"][:4]), int(got["whole"][4:6]), got["whole"][6:])
        if not day:
            return None  # a number of something
    elif "y" in got:
        day = _date(_year(got["y"], today), int(got["m"]), got["d"])
    elif "m2" in got or "m3" in got:
        month, on = int(got.get("m2") or got["m3"]), got.get("d2") or got["d3"]
        if "m3" in got and not _date(2024, month, on):
            return None  # a fraction
        day, sure = _nearest([_date(today.year + i, month, on) for i in (-1, 0, 1)], today, around, back), False
    elif "ml" in got:
        shift = {"지지난": -2, "지난": -1, "저번": -1, "전": -1, "다음": 1, "익": 1}.get(got["ml"], 0)
        there = _months(today.replace(day=1), shift)
        day = _date(there.year, there.month, "1" if got["dl"] == "초하루" else got["dl"])
    elif "yl" in got:
        day = date(today.year + _YEARS[got["yl"]], 12, 31)
    elif "wl" in got:
        day = today + timedelta(weeks=_WEEKS[got["wl"]], days="월화수목금토일".index(got["wd"]) - today.weekday())
    elif "near" in got:
        ahead = ("월화수목금토일".index(got["nd"]) - today.weekday()) % 7
        if got["near"] == "이번":
            day = today + DAY * ("월화수목금토일".index(got["nd"]) - today.weekday())
        else:
            day = today + DAY * (
                (ahead or 7) - 7 * (got["near"] == "지난") - (7 if got["near"] == "지난" and not ahead else 0)
            )
    elif "word" in got:
        day, soft = today + DAY * _DAYS[got["word"]], got["word"] in ("오늘", "금일", "내일", "명일", "모레")
    elif "ago" in got:
        ahead_of = got["way"] != "전"
        if ahead_of != back or not (back or _PAST.search(question[match.end() : match.end() + 40])):
            return None  # a period, not a day
        n = int(got["ago"]) * (1 if ahead_of else -1)
        unit, sure = got["unit"], got["unit"] == "일"
        day = (
            today + DAY * n * (7 if unit[0] == "주" else 1)
            if unit[0] in "일주"
            else _months(today, n * (12 if unit == "년" else 1))
        )
    else:
        months = [_months(today.replace(day=1), i) for i in (-1, 0, 1)]
        day = _nearest([_date(month.year, month.month, got["only"]) for month in months], today, around, back)
        sure = False
    as_of = bool(_AS_OF.match(question, match.end()))
    if soft and as_of:
        return None  # the day of asking
    soft = soft or as_of
    return Said(match.start(), match.end(), day, words, sure, soft)


def _year(said: str, today: date) -> int:
    said = said.replace(" ", "").removeprefix("'")
    if said in _YEARS:
        return today.year + _YEARS[said]
    return int(said) if len(said) == 4 else 2000 + int(said)


def _date(year: int, month: int, day: str) -> date | None:
    try:
        return date(year, month, monthrange(year, month)[1] if day.startswith("말") else int(day))
    except ValueError:
        return None


def _nearest(days: list[date | None], today: date, around: str, back: bool) -> date | None:
    """Of days in several years or months: the past one where the question speaks of the past, and so on."""
    there = [day for day in days if day]
    past = bool(_PAST.search(around))
    future = not past and (back or bool(_FUTURE.search(around)))
    there = [day for day in there if (not past or day <= today) and (not future or day >= today)] or there
    return min(there, key=lambda day: abs(day - today), default=None)


def _plain(question: str) -> str:
    """Words for numbers as numbers."""
    text = unicodedata.normalize("NFKC", question)[:LONGEST]
    text = re.sub(r"[\x00-\x1f\x7f]", " ", text)
    for word, number in _WORDED.items():
        text = text.replace(word, number)
    text = re.sub(
        rf"(?<![가-힣])({'|'.join(_COUNTS)})\s?(달|주일?|해)(?![가-힣]*요일)", lambda m: f"{_COUNTS[m[1]]}{m[2]}", text
    )
    text = re.sub(r"(?<!\d)(\d{1,3})\s?(?:달|개\s월)", r"\1개월", text)
    return re.sub(
        r"(?<!\d)(\d{1,3})\s?주일?(?=\s*(?:이내|안|내|동안|전|뒤|후|간))", lambda m: f"{int(m[1]) * 7}일", text
    )


# Questions

_ASKS = re.compile(
    r"언제|까지|기한|기간|마감|이내|안에|내에|늦[었은지]|지났|지나[면도버]|넘[었겼기]|아직|남[았은]|만료|끝나|시효|제척|가능|되나|되는지|될까|"
    r"할수있|해야|며칠|몇[일달주년개]|시한|마지막날|[일월년]인가|면[?]|계산"
)
_ASKS_LIMIT = re.compile(
    r"언제까지|언제(?:쯤)?(?:만료|끝|소멸|완성)|며칠|몇(?:일|달|주|년|개월)|얼마(?:나|안에|동안|만에|까지)|기한|시한|마감|"
    r"기간(?:은|이|을)?(?:얼마|언제|어떻게|알려|몇|계산|[?]|$)|시효(?:는|가|기간)?(?:얼마|언제|몇|[?]|$)|이내인가|마지막날"
)
_STATED = re.compile(
    r"(?<!\d)(\d{1,3})\s?(근무일|영업일|개월|년|일)\s*(이내|안에|안으로|내에|내로|동안|전까지|전에|간(?=[\s이은의]))"
)
_FIRST_TOO = re.compile(
    r"0시부터|영시부터|부터산입|초일(?:을)?산입|첫날(?:을|도)?(?:포함|산입)|당일(?:을|도)?(?:포함|산입)"
)


def reckon(question: str, today: date) -> tuple[Reckoned, ...]:
    """The deadlines a question asks for, at most ``MOST``; what date is missing, where one is; none where it asks for none."""
    text = _plain(question)
    bare = re.sub(r"\s", "", text).lower()
    if not _ASKS.search(bare):
        return ()
    terms = _asked(bare)
    if not terms and _ASKS_LIMIT.search(bare):
        terms = list(_stated(text))
    told = [_reckoned(term, text, bare, today) for term in terms]
    return tuple(one for one in told if one)[:MOST]


def _asked(bare: str) -> list[Term]:
    """The rules whose words a question has; one that has fewer of the same words than another gives way."""
    met = []
    for term in load():
        hits = [
            has
            for has, hasnt in term.triggers
            if all(w.lower() in bare for w in has) and not any(w.lower() in bare for w in hasnt)
        ]
        if hits:
            met.append((term, max(hits, key=lambda has: sum(map(len, has)))))
    return [term for term, has in met if not any(_within(has, other) for _, other in met)]


def _within(has: frozenset[str], other: frozenset[str]) -> bool:
    """Whether other words say the same and more."""
    return has != other and all(any(word in more for more in other) for word in has)


def _stated(text: str) -> Iterator[Term]:
    """The period the question itself states."""
    if match := _STATED.search(text):
        unit = match[2].replace("영업일", "근무일")
        back = match[3].startswith("전")
        name = f"질문에서 말한 기간({match[1]}{unit}{' 전' if back else ''})"
        near = (
            ("시작", "예정", "행사", "계약", "만료", "끝")
            if back
            else ("받", "통지", "통보", "신고", "접수", "부터", "고지", "요구")
        )
        starts = "기준이 되는 날" if back else "기간이 시작되는 날"
        yield Term("", name, (), "민법", "제157조", int(match[1]), unit, back, starts, near, False, "민법", "", True)


def _reckoned(term: Term, text: str, bare: str, today: date) -> Reckoned | None:
    asked = bool(_ASKS_LIMIT.search(bare))
    said = _start(term, text, dates(text, today, term.back), asked)
    if said is None:
        return _missing(term) if asked and term.key else None
    again = f"{term.starts}을 다시 알려 주시면 {term.name}의 마지막 날을 계산합니다."
    if said.day is None:
        return _open(term, f"「{said.words}」은(는) 달력에 없는 날짜입니다. {again}")
    included = not term.back and (term.included or bool(_FIRST_TOO.search(bare)))
    try:
        return _counted(term, said, said.day, today, included)
    except OverflowError:
        return _open(term, f"{FIRST}년부터 {LAST}년까지의 날짜만 계산할 수 있습니다. {again}")


def _start(term: Term, text: str, days: tuple[Said, ...], asked: bool) -> Said | None:
    """Of the days told, the one beside the words of the rule's start; else the first that is not the day of asking or acting."""
    costs = []
    for i, one in enumerate(days):
        after = re.sub(r"\s", "", text[one.end : days[i + 1].at if i + 1 < len(days) else None])[:25]
        before = re.sub(r"\s", "", text[days[i - 1].end if i else 0 : one.at])[-25:]
        at = min((after.find(word) for word in term.near if word in after), default=None)
        if one.soft:
            starts = at is not None and (term.back or bool(_PAST.search(after)) or (asked and at < 3))
            if not starts and not after.startswith("부터"):
                continue
        if at is not None:
            costs.append((at, i))
        elif (behind := max((before.rfind(word) for word in term.near if word in before), default=-1)) >= 0:
            costs.append((30 + len(before) - behind, i))
        elif not _ACT.search(after[:14]):
            costs.append((80, i))
    return days[min(costs)[1]] if costs else None


def _counted(term: Term, said: Said, start: date, today: date, included: bool) -> Reckoned:
    """The answer with its steps. Raises ``OverflowError`` outside the years."""
    if not FIRST <= start.year <= LAST:
        raise OverflowError
    customs = term.moved == "관세법"
    if term.back:
        counted = last_day_before(start, term.n, term.unit, customs)
    else:
        first = start if included else start + DAY
        counted = last_day(first, term.n, term.unit, customs)
    if not FIRST <= counted.year <= LAST:
        raise OverflowError
    why = why_off(counted, customs)
    last = counted
    if why and term.moved != "아님":
        last = _before(counted, customs) if term.back else ends(counted, customs)
    law = "관세법 제8조 제3항" if customs else "민법 제161조"
    opening = (
        f"{term.starts}이 {_day(start)}이면{'' if said.sure else f'(질문의 「{said.words}」을 이날로 보았습니다)'}, "
    )
    if term.back:
        steps = f"그날을 빼고(민법 제157조) 거꾸로 세어 {_length(term)}이 온전히 남도록 늦어도 {_day(counted)}까지 마쳐야 합니다"
        steps += f"({_basis(term)}). 그날을 넣어 세는 실무도 있으므로 더 이른 날로 적었습니다."
        moved = f" 그날은 {why}이므로 그 앞의 근무일인 {_day(last)}까지 하십시오."
    else:
        how = "그날을 넣어" if included else "첫날을 빼고(민법 제157조)"
        rule = (
            "달력에 따라(민법 제160조) "
            if term.unit in ("개월", "년")
            else "쉬는 날을 빼고 "
            if term.unit == "근무일"
            else ""
        )
        steps = f"{how} {_day(first)}부터 {rule}{_length(term)}을 세어 {_day(counted)}에 끝납니다({_basis(term)})."
        moved = f" 그날은 {why}이므로 다음 근무일인 {_day(last)}로 미룹니다({law})."
    if not why:
        moved = ""
    elif last == counted:
        moved = f" 그날은 {why}이지만 뒤로 미루지 않고 세었으므로 그 전에 처리하십시오."
    text = f"{opening}{steps}{moved} 마지막 날은 {_day(last)}이며, {_standing(last, today)}{_remarks(term)}"
    return Reckoned(
        term.name, term.law, term.article, start, last, counted if last != counted else None, today > last, text
    )


def _before(day: date, customs: bool) -> date:
    while why_off(day, customs):
        day -= DAY
    return day


def _missing(term: Term) -> Reckoned:
    way = f"{term.starts}의 {_length(term)} 전까지" if term.back else f"{term.starts}부터 {_length(term)} 이내"
    ask = f"{term.starts}을 알려 주시면 마지막 날을 계산합니다."
    return _open(term, f"{term.name}의 기한은 {way}입니다({_basis(term)}). {ask}{_remarks(term)}")


def _open(term: Term, text: str) -> Reckoned:
    return Reckoned(term.name, term.law, term.article, None, None, None, None, text)


def _standing(last: date, today: date) -> str:
    left = (last - today).days
    if left == 0:
        return f"오늘({_day(today)})이 그 마지막 날입니다."
    return f"{_day(today)} 현재 {abs(left):,}일 {'남았습니다' if left > 0 else '지났습니다'}."


def _remarks(term: Term) -> str:
    doubt = "" if term.verified else " 확인 필요: 근거 조문의 원문과 대조하지 못한 기한입니다."
    return (f" 참고: {term.note}." if term.note else "") + doubt


def _basis(term: Term) -> str:
    return f"{term.law} {term.article}" if term.key else "질문에서 말한 기간"


def _length(term: Term) -> str:
    return f"{term.n}{term.unit}"


def _day(day: date) -> str:
    return f"{day.year}년 {day.month}월 {day.day}일({'월화수목금토일'[day.weekday()]})"
