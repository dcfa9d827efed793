"""English spellings of Korean addresses as foreign shops' forms and private buyers write them, for measuring and demo data.

The romaniser here is a second, independent one: the reader's own must not be measured against itself.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

KINDS: dict[str, str] = {
    "clean": "법정 표기(작은 곳부터)",
    "reversed": "큰 곳부터",
    "shuffled": "뒤섞인 순서",
    "old": "옛 로마자 표기",
    "glued": "붙여 쓰기",
    "typo": "오타 1~2자",
    "no_sido": "시·도 누락",
    "no_sigungu": "시·군·구 누락",
    "hyphens": "하이픈·점·빗금 변형",
    "underground": "지하",
    "unit": "층·동·호 변형",
    "building": "건물·회사 이름이 앞에 붙음",
    "translated": "뜻을 옮긴 낱말",
    "junk": "무의미한 낱말이 섞임",
    "zip5": "우편번호 5자리가 섞임",
    "zip6": "옛 우편번호 6자리가 섞임",
    "upper": "모두 대문자",
    "lower": "모두 소문자",
    "no_number_hyphen": "부번 하이픈 누락",
    "mixed": "두세 가지가 겹침",
}
_MIXABLE = ("reversed", "shuffled", "old", "glued", "typo", "no_sido", "hyphens", "unit", "building", "translated", "junk",
            "zip5", "upper", "lower", "no_number_hyphen")  # fmt: skip

# Hangul by sound

_FIRST = ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"]
_VOWEL = ["a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu", "eu",
          "ui", "i"]  # fmt: skip
_LAST = ["", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng", "t",
         "t", "k", "t", "p", ""]  # as spoken before a consonant or at the end  # fmt: skip
_LINKED = [("", ""), ("", "g"), ("", "kk"), ("k", "s"), ("", "n"), ("n", "j"), ("n", ""), ("", "d"), ("", "r"), ("l", "g"),
           ("l", "m"), ("l", "b"), ("l", "s"), ("l", "t"), ("l", "p"), ("r", ""), ("", "m"), ("", "b"), ("p", "s"), ("", "s"),
           ("", "ss"), ("ng", ""), ("", "j"), ("", "ch"), ("", "k"), ("", "t"), ("", "p"), ("", "")]  # fmt: skip
_NASAL = {"k": "ng", "t": "n", "p": "m"}


def official(text: str) -> str:
    """Revised Romanization of one Hangul word, sounds assimilated; what is no Hangul stays."""
    return "".join(map("".join, _spoken(text)))


def _spoken(text: str) -> list[list[str]]:
    """First, vowel, last of every syllable as they sound beside each other."""
    cut = [_jamo(c) for c in text]
    heard: list[list[str]] = [[c] if j is None else [_FIRST[j[0]], _VOWEL[j[1]], _LAST[j[2]]] for c, j in zip(text, cut, strict=True)]  # fmt: skip
    for at in range(len(cut) - 1):
        here, after = cut[at], cut[at + 1]
        if here is None or after is None or not here[2]:
            continue
        last, first = heard[at][2], heard[at + 1][0]
        if after[0] == 11:  # linked over
            heard[at][2], heard[at + 1][0] = _LINKED[here[2]]
            if after[1] == 20 and here[2] in (7, 25):
                heard[at + 1][0] = {7: "j", 25: "ch"}[here[2]]
        elif last in _NASAL and first in ("n", "m"):
            heard[at][2] = _NASAL[last]
        elif last in _NASAL and first == "r":
            heard[at][2], heard[at + 1][0] = _NASAL[last], "n"
        elif last in ("m", "ng") and first == "r":
            heard[at + 1][0] = "n"
        elif last in ("n", "l") and first == "r":
            heard[at][2] = heard[at + 1][0] = "l"
        elif last == "l" and first == "n":
            heard[at + 1][0] = "l"
    return heard


def _jamo(c: str) -> tuple[int, int, int] | None:
    n = ord(c) - 0xAC00
    return (n // 588, n % 588 // 28, n % 28) if 0 <= n < 11172 else None


def old_style(rng: np.random.Generator, text: str) -> str:
    """The word as it was written before 2000, or as people write their own names: Kangnam, Sungnam, Choong-ang."""
    folk = rng.random() < 0.5
    vowels = {"eo": str(rng.choice(["u", "o", "eo"])), "u": "oo", "yeo": str(rng.choice(["you", "yu", "yeo"])), "wi": "wi"} if folk else \
        {"eo": "o", "yeo": "yo", "eu": "u", "ae": "ae"}  # fmt: skip
    firsts = {"g": "k", "d": "t", "b": "p", "j": "ch"} if not folk else {"g": "k", "j": str(rng.choice(["j", "ch"]))}
    told, voiced = [], False
    for parts in _spoken(text):
        if len(parts) == 1:
            told.append(parts[0])
            voiced = False
            continue
        first, vowel, last = parts
        first = first if voiced and not folk else firsts.get(first, first)
        if folk and rng.random() < 0.3 and first == "r":
            first = "l"
        if not first and folk and vowel == "u":
            vowel = "woo"
        if first == "s" and vowel == "i" and not folk:
            first = "sh"
        told.append(first + vowels.get(vowel, vowel) + last)
        voiced = last in ("", "n", "m", "ng", "l")
    return "".join(told)


_PROVINCES = {  # stem -> (long, short, old)
    "서울특별시": ("Seoul", "Seoul-si", "Seoul"),
    "부산광역시": ("Busan", "Busan-si", "Pusan"),
    "대구광역시": ("Daegu", "Daegu-si", "Taegu"),
    "인천광역시": ("Incheon", "Incheon-si", "Inchon"),
    "광주광역시": ("Gwangju", "Gwangju-si", "Kwangju"),
    "대전광역시": ("Daejeon", "Daejeon-si", "Taejon"),
    "울산광역시": ("Ulsan", "Ulsan-si", "Woolsan"),
    "세종특별자치시": ("Sejong-si", "Sejong", "Sejong"),
    "경기도": ("Gyeonggi-do", "Gyeonggi", "Kyunggi-do|Kyonggi-do|Kyungki-do"),
    "강원도": ("Gangwon-do", "Gangwon", "Kangwon-do"),
    "강원특별자치도": ("Gangwon-do", "Gangwon State", "Kangwon-do"),
    "충청북도": ("Chungcheongbuk-do", "Chungbuk", "Chungchongbuk-do|Choongbuk"),
    "충청남도": ("Chungcheongnam-do", "Chungnam", "Chungchongnam-do|Choongnam"),
    "전라북도": ("Jeollabuk-do", "Jeonbuk", "Chollabuk-do|Cheonbuk"),
    "전북특별자치도": ("Jeonbuk-do", "Jeonbuk State", "Chollabuk-do"),
    "전라남도": ("Jeollanam-do", "Jeonnam", "Chollanam-do|Chonnam"),
    "경상북도": ("Gyeongsangbuk-do", "Gyeongbuk", "Kyongsangbuk-do|Kyungbuk"),
    "경상남도": ("Gyeongsangnam-do", "Gyeongnam", "Kyongsangnam-do|Kyungnam"),
    "제주특별자치도": ("Jeju-do", "Jeju", "Cheju-do|Cheju"),
}
_LOANS = {
    "디지털": "Digital", "테크노": "Techno", "월드컵": "World Cup", "올림픽": "Olympic", "테헤란": "Teheran", "벤처": "Venture",
    "밸리": "Valley", "센트럴": "Central", "로데오": "Rodeo", "아트센터": "Art Center", "컨벤시아": "Convensia", "에코": "Eco",
    "사이언스": "Science", "사임당": "Saimdang", "엑스포": "Expo", "타워": "Tower", "포은": "Poeun", "랜드": "Land", "시티": "City",
    "파크": "Park", "바이오": "Bio", "하모니": "Harmony", "미디어": "Media", "컬처": "Culture", "인터내셔널": "International",
}  # fmt: skip
_MEANT = {
    "중앙": "Central", "대학": "University", "공원": "Park", "시청": "City Hall", "시장": "Market", "공항": "Airport",
    "산업": "Industrial", "공단": "Industrial Complex", "과학": "Science", "국제": "International", "평화": "Peace", "문화": "Culture",
    "예술": "Art", "첨단": "High-Tech", "학교": "School", "해안": "Coast", "순환": "Ring", "강변": "Riverside", "세계": "World",
    "터미널": "Terminal", "체육관": "Gymnasium", "도청": "Provincial Office", "미래": "Future", "희망": "Hope", "행복": "Happy",
}  # fmt: skip
_SIDES = {"동": "East", "서": "West", "남": "South", "북": "North"}
_WORDS = {
    "대로": ["Boulevard", "Blvd", "Avenue"],
    "로": ["Road", "Street", "Rd"],
    "길": ["Street", "St", "Alley", "Lane"],
}
_ROAD = re.compile(r"(?P<stem>.*?)(?P<kind>대로|로)?(?P<no>\d+)(?P<mid>[가-힣]*?)(?P<last>대로|로|길)")
_PLAIN = re.compile(r"(?P<stem>.+?)(?P<last>대로|로|길)")
_PLACE = re.compile(r"(?P<stem>.+?)(?P<no>\d*)(?P<last>특별자치도|도|시|군|구|읍|면|동|리|가)")
_END = {"대로": "daero", "로": "ro", "길": "gil", "도": "do", "시": "si", "군": "gun", "구": "gu", "읍": "eup", "면": "myeon",
        "동": "dong", "리": "ri", "가": "ga", "특별자치도": "do"}  # fmt: skip
_OLD_END = {"ro": ["lo", "ro", "Ro"], "daero": ["taero", "daelo", "daero"], "gu": ["ku", "gu"], "gun": ["kun", "gun"], "dong": ["tong", "dong"],
            "ri": ["ri", "lee"], "eup": ["up", "eub"], "myeon": ["myon", "myun"], "gil": ["kil", "gil"], "si": ["shi", "si"]}  # fmt: skip
_COINED = [
    "Garam",
    "Narae",
    "Dasom",
    "Hanbit",
    "Saebyeok",
    "Onnuri",
    "Maru",
    "Byeolha",
    "Raon",
    "Miso",
    "Haneul",
    "Pureun",
]
_SORTS = ["Bldg.", "Building", "Tower", "Center", "Plaza", "Town", "Officetel", "Apt", "Apartment", "Ville", "Mansion"]
_FIRMS = ["Co., Ltd", "Trading", "Corp", "Inc.", "Mall", "Store"]
_JUNK = [
    "#A1",
    "Rm x",
    "no 3 box",
    "Jagayong",
    "box 7",
    "AAA",
    "(personal use)",
    "KR-88",
    "#B-2",
    "gaein",
    "n/a",
    "door",
    "xx",
    "P.O 12",
]


@dataclass(frozen=True)
class _Hand:
    """How one writer writes."""

    rng: np.random.Generator
    old: bool = False
    glued: bool = False
    hyphens: bool = False
    translated: bool = False
    typos: int = 0
    order: str = "small"
    sido: bool = True
    sigungu: bool = True
    underground: bool = False
    odd_unit: bool = False
    building: bool = False
    junk: bool = False
    zip: str = ""
    case: Callable[[str], str] = field(default=lambda text: text)
    split_number: bool = False

    def maybe(self, p: float) -> bool:
        return bool(self.rng.random() < p)

    def pick(self, options: Any) -> str:
        return str(options[int(self.rng.integers(len(options)))])


def spell(rng: np.random.Generator, place: Mapping[str, Any] | Any, kind: str, unit: str = "") -> str:
    """One English spelling of a Korean address, with the trouble named by ``kind`` (of ``KINDS``).

    ``place``: ``sido, sigungu, town, road, main, sub, zip`` (and ``zip6`` for that kind) by key or attribute; ``unit`` in
    Hangul ("101동 1203호"), one made up for the kind ``unit``.
    """
    of: dict[str, Any] = {
        name: place.get(name, "") if isinstance(place, Mapping) else getattr(place, name, "")
        for name in ("sido", "sigungu", "town", "road", "main", "sub", "zip", "zip6")
    }
    hand = _Hand(rng)
    kinds = rng.choice(_MIXABLE, int(rng.integers(2, 4)), replace=False) if kind == "mixed" else (kind,)
    for trouble in kinds:
        hand = _with(hand, str(trouble), of)
    if not unit and hand.odd_unit:
        unit = _some_unit(rng)
    text = _joined(hand, of, unit)
    return hand.case(text)


def _with(hand: _Hand, kind: str, of: Mapping[str, Any]) -> _Hand:
    changes: dict[str, dict[str, Any]] = {
        "clean": {},
        "reversed": {"order": "large"},
        "shuffled": {"order": "any"},
        "old": {"old": True},
        "glued": {"glued": True},
        "typo": {"typos": int(hand.rng.integers(1, 3))},
        "no_sido": {"sido": False},
        "no_sigungu": {"sigungu": False},
        "hyphens": {"hyphens": True},
        "underground": {"underground": True},
        "unit": {"odd_unit": True},
        "building": {"building": True},
        "translated": {"translated": True},
        "junk": {"junk": True},
        "zip5": {"zip": str(of["zip"])},
        "zip6": {"zip": str(of["zip6"])},
        "upper": {"case": str.upper},
        "lower": {"case": str.lower},
        "no_number_hyphen": {"split_number": True},
    }
    return replace(hand, **changes[kind])


def _joined(hand: _Hand, of: Mapping[str, Any], unit: str) -> str:
    number = f"{of['main']}" + (
        f"{hand.pick([' ', '.', '_', ' / ']) if hand.split_number else '-'}{of['sub']}" if of["sub"] else ""
    )
    if hand.underground and hand.maybe(0.6):
        number = f"{hand.pick(['Jiha ', 'jiha', 'Jiha-', 'B ', 'Underground ', '(Jiha) '])}{number}"
    elif hand.underground:
        unit = f"지하{int(hand.rng.integers(1, 3))}층 {unit}".strip()
    road = _road(hand, str(of["road"]))
    small = [_unit(hand, unit)] if unit else []
    if hand.building:
        small.insert(int(hand.rng.integers(len(small) + 1)), _building(hand))
    street = _street(hand, road, number)
    areas = [_area(hand, word) for word in reversed(_words(str(of["sigungu"])))] if hand.sigungu else []
    town = [_area(hand, word) for word in reversed(str(of["town"]).split())]
    rural = not str(of["town"]).endswith(("동", "가")) and bool(of["town"])
    if not rural and not hand.maybe(0.12):
        town = []
    if rural:  # 리 is left out beside a road name
        town = town[-1:]
    top = [_province(hand, str(of["sido"]))] if hand.sido and of["sido"] else []
    parts = [*small, *street, *town, *areas, *top]
    if hand.typos:
        parts = _mistyped(hand, parts)
    if hand.order == "large":
        parts = [*top, *reversed(areas), *town, *reversed(street), *small] if not hand.typos else parts[::-1]
    elif hand.order == "any":
        parts = _shuffled(hand, parts, street)
    if hand.zip:
        parts.insert(0 if hand.maybe(0.3) else len(parts), hand.zip)
    if hand.junk:
        for _ in range(int(hand.rng.integers(1, 4))):
            parts.insert(int(hand.rng.integers(len(parts) + 1)), hand.pick(_JUNK))
    if hand.maybe(0.3):
        nation = hand.pick(["Korea", "South Korea", "Republic of Korea", "KR", "Rep. of Korea"])
        parts = [nation, *parts] if hand.order == "large" and hand.maybe(0.5) else [*parts, nation]
    between = ", "
    if hand.glued:
        between = hand.pick([" ", ",", ", "])
    elif hand.hyphens:
        between = hand.pick([", ", " / ", " ", "; ", " - ", ". "])
    elif hand.order != "small":
        between = hand.pick([", ", " "])
    return between.join(filter(None, parts))


def _street(hand: _Hand, road: str, number: str) -> list[str]:
    if hand.glued:
        return [road.replace(" ", "") + ("" if hand.maybe(0.6) else " ") + number]
    if hand.order == "large" or hand.maybe(0.25):
        return [f"{road} {number}"]
    return [f"{number}{', ' if hand.maybe(0.6) else ' '}{road}"]


def _shuffled(hand: _Hand, parts: list[str], street: list[str]) -> list[str]:
    order = [parts[i] for i in hand.rng.permutation(len(parts))]
    return order if order != parts else order[::-1]


def _hyphen(hand: _Hand) -> str:
    if hand.glued:
        return ""
    return hand.pick(["", " ", ".", "/", "--", "_", "‐"]) if hand.hyphens else "-"


def _sounded(hand: _Hand, word: str) -> str:
    """A stem in Roman letters, loanwords as the signs write them."""
    told = ""
    while word:
        loan = next(
            (
                k
                for k in sorted([*_LOANS, *(_MEANT if hand.translated else ())], key=len, reverse=True)
                if word.startswith(k)
            ),
            "",
        )
        if loan:
            told += f" {(_LOANS | _MEANT)[loan]} "
            word = word[len(loan) :]
            continue
        ends = [at for k in [*_LOANS, *(_MEANT if hand.translated else ())] if (at := word.find(k)) > 0]
        piece, word = word[: min(ends, default=len(word))], word[min(ends, default=len(word)) :]
        told += old_style(hand.rng, piece) if hand.old else official(piece)
    words = told.split()
    return " ".join(w if w[0].isupper() else w.capitalize() for w in words)


def _end(hand: _Hand, last: str) -> str:
    end = _END[last]
    return hand.pick(_OLD_END[end]) if hand.old and end in _OLD_END else end


def _road(hand: _Hand, road: str) -> str:
    if hand.translated and (told := _translated(hand, road)):
        return told
    if m := _ROAD.fullmatch(road):
        stem = _sounded(hand, m["stem"])
        if m["kind"]:
            stem += _hyphen(hand) + _end(hand, m["kind"])
        mid = official(m["mid"])
        gap = "" if hand.glued or (hand.hyphens and hand.maybe(0.4)) else " "
        return f"{stem}{gap}{m['no']}{mid}{_hyphen(hand)}{_end(hand, m['last'])}".strip()
    if m := _PLAIN.fullmatch(road):
        return _sounded(hand, m["stem"]) + _hyphen(hand) + _end(hand, m["last"])
    return _sounded(hand, road)


def _translated(hand: _Hand, road: str) -> str:
    """The road in words: East for a leading 동, Street for its kind; "" where the numbered kind says too little."""
    m = _ROAD.fullmatch(road) or _PLAIN.fullmatch(road)
    if m is None:
        return ""
    found = m.groupdict()
    stem, words = found["stem"], []
    side = _SIDES.get(stem[:1]) if len(stem) > 2 and not any(k in stem for k in (*_LOANS, *_MEANT)) else None
    if side and hand.maybe(0.6):
        words, stem = [side], stem[1:]
    elif len(stem) > 2 and stem[-1:] in _SIDES and hand.maybe(0.6):
        words, stem = [_sounded(hand, stem[:-1]), _SIDES[stem[-1]]], ""
    named = " ".join([*words, *([_sounded(hand, stem)] if stem else [])])
    if found.get("no"):
        kind = (
            f" {hand.pick(_WORDS[found['kind']]) if hand.maybe(0.4) else _END[found['kind']]}" if found["kind"] else ""
        )
        n = int(found["no"])
        last = f"{n}{official(found['mid'])}-{_END[found['last']]}"
        if not found["mid"] and hand.maybe(0.4):
            ordinal = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
            last = f"{n}{ordinal} {hand.pick(_WORDS[found['last']])}"
        return f"{named}{kind} {last}"
    kept = bool(words) or any(k in found["stem"] for k in _MEANT)
    return (
        f"{named}-{_END[found['last']]}" if kept and hand.maybe(0.5) else f"{named} {hand.pick(_WORDS[found['last']])}"
    )


def _words(sigungu: str) -> list[str]:
    """시 and 구 apart: 수원시 팔달구, also where they are written together."""
    m = re.fullmatch(r"(.+시)\s*(.+구)", sigungu)
    return list(m.groups()) if m else sigungu.split()


def _area(hand: _Hand, name: str) -> str:
    m = _PLACE.fullmatch(name)
    if m is None or not m["stem"]:
        return _sounded(hand, name)
    stem = old_style(hand.rng, m["stem"]) if hand.old else official(m["stem"])
    number = m["no"]
    mid = "" if hand.glued or not number else " "
    return f"{stem.capitalize()}{mid}{number}{_hyphen(hand)}{_end(hand, m['last'])}"


def _province(hand: _Hand, sido: str) -> str:
    if sido not in _PROVINCES:
        return _area(hand, sido)
    long, short, old = _PROVINCES[sido]
    told = hand.pick(old.split("|")) if hand.old else long if hand.maybe(0.8) else short
    return told.replace("-", _hyphen(hand)) if hand.glued or hand.hyphens else told


def _some_unit(rng: np.random.Generator) -> str:
    floor, room = int(rng.integers(1, 20)), int(rng.integers(1, 12))
    made = [
        f"{100 + int(rng.integers(1, 20))}동 {floor}{room:02d}호",
        f"{floor}층",
        f"{floor}{room:02d}호",
        f"{floor}층 {floor}{room:02d}호",
    ]
    return made[int(rng.integers(len(made)))]


def _unit(hand: _Hand, unit: str) -> str:
    """The unit in Roman letters: 동 before 호 as signs have it, or any way people write it."""
    block = re.search(r"(\w+?)동", unit)
    room = re.search(r"([A-Z가-힣]?-?\d+(?:-\d+)?)호", unit)
    floor = re.search(r"(지하\s*|[Bb])?(\d+)층", unit)
    odd = hand.odd_unit or hand.order != "small" or hand.junk
    told = []
    if floor:
        n = floor[2]
        below = bool(floor[1])
        ordinal = "th" if int(n) % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(int(n) % 10, "th")
        forms = [f"B{n}", f"B{n}F", f"Basement {n}", f"Jiha {n}-cheung"] if below else \
            [f"{n}F", f"{n}{ordinal} Floor", f"{n}fl", f"{n}/F", f"{n}-cheung", f"Floor {n}", f"{n} Fl."]  # fmt: skip
        told.append(hand.pick(forms) if odd else forms[0])
    if block and room:
        b, r = official(block[1]) if not block[1].isascii() else block[1], room[1]
        forms = [f"{b}-{r}", f"#{b}-{r}", f"{b}dong {r}ho", f"{b}-dong, {r}-ho", f"Apt {b}dong {r}ho", f"{b} Dong {r} Ho", f"{r}ho {b}dong",
                 f"Rm {r}, Bldg {b}", f"{b}D{r}H"]  # fmt: skip
        told.append(hand.pick(forms) if odd else forms[int(hand.maybe(0.3))])
    elif block or room:
        found = block or room
        assert found is not None
        r = official(found[1]) if not found[1].isascii() else found[1]
        forms = [f"{r}-dong", f"{r}dong", f"Bldg {r}"] if block else \
            [f"{r}-ho", f"#{r}", f"Rm {r}", f"Room {r}", f"{r}ho", f"Unit {r}", f"No.{r}", f"Suite {r}", f"{r} ho", f"ho {r}"]  # fmt: skip
        told.append(hand.pick(forms) if odd else forms[int(hand.maybe(0.4))])
    return hand.pick([", ", " "]).join(told) or official(unit)


def _building(hand: _Hand) -> str:
    name = hand.pick(_COINED)
    if hand.maybe(0.3):
        return f"{name} {hand.pick(_FIRMS)}"
    return f"{name} {hand.pick(_SORTS)}"


def _mistyped(hand: _Hand, parts: list[str]) -> list[str]:
    """One or two letters wrong in the names, the endings after a hyphen left alone."""
    made = list(parts)
    for _ in range(hand.typos):
        spots = [
            (at, m.start(), m.end())
            for at, part in enumerate(made)
            for m in re.finditer(r"[A-Za-z]{4,}(?![A-Za-z])", part)
        ]
        if not spots:
            return made
        at, begin, end = spots[int(hand.rng.integers(len(spots)))]
        i = int(hand.rng.integers(begin + 1, end))
        word, letter = made[at], "abcdeghijklmnoprstuwy"[int(hand.rng.integers(21))]
        way = int(hand.rng.integers(4))
        if way == 0:
            made[at] = word[:i] + letter + word[i + 1 :]
        elif way == 1:
            made[at] = word[:i] + word[i + 1 :]
        elif way == 2:
            made[at] = word[:i] + letter + word[i:]
        elif i + 1 < end:
            made[at] = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
        else:
            made[at] = word[: i - 1] + word[i] + word[i - 1] + word[i + 1 :]
    return made
