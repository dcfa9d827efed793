"""What of a written answer may be shown: each sentence held against the passages it cites, by rules alone and without a model.

A sentence stands when what it cites exists and holds it: articles, titles, quoted words, numbers with their units, sanctions, whether something
must, may or need not be done, and enough of its words. The rest is taken out. Markup, links and invisible letters never pass.
``Verified.text`` is plain text; whoever shows it as Markdown escapes it.
"""

import csv
import html
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from lib.entries.audit import words as words_of
from lib.entries.audit.naming import ALIASES
from lib.entries.audit.words import pairs, words

HELD, UNCITED, UNKNOWN, UNHELD = "확인", "출처 없음", "없는 출처", "뒷받침 안 됨"
FLAG = "[출처 미확인]"
NO_GROUNDS = "근거를 찾지 못했습니다."
LONGEST, LONGEST_SENTENCE = 20_000, 1_000  # letters of an answer that are read, and of one sentence
# Shares of a sentence's words and pairs of letters that its source must hold; set on the sentences in tests/audit/test_writing.py.
ENOUGH, ENOUGH_UNCITED, SOME = 0.45, 0.6, 0.2


@dataclass(frozen=True)
class Passage:
    """What an answer may rest on. ``mark``: 「1」 of an article, 「사례 1」 of a past finding; ``id``: 「관세법 제96조」 or the finding's number."""

    mark: str
    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Sentence:
    """One sentence, unmarked; the ``marks`` it cites; its ``fate``, one of ``HELD``, ``UNCITED``, ``UNKNOWN``, ``UNHELD``; and ``why``."""

    text: str
    marks: tuple[str, ...]
    fate: str
    why: str


@dataclass(frozen=True)
class Verified:
    """``sentences``: all that were read; ``text``: what may be shown, "" where nothing stands."""

    sentences: tuple[Sentence, ...]
    text: str

    @property
    def stands(self) -> bool:
        """Whether a sentence is held by a source it cites."""
        return any(one.fate == HELD and one.marks for one in self.sentences)


_INSTRUCTING = re.compile(
    r"(?:이전|앞|위|모든|기존|시스템|지금까지)\S*(?:\s\S+){0,3}?\s?(?:지시|명령|규칙|지침|프롬프트|설정|내용)\S*\s?(?:\S+\s)?(?:무시|잊|어기)|"
    r"시스템\s?(?:규칙|지시|프롬프트|메시지|지침|명령)|프롬프트|(?:이|다음) 지시를 (?:따|수행|이행)|"
    r"(?:라고|으로|로|만|을|를)\s?(?:답|답변|출력|대답|말|응답|인용)(?:하라|하십시오|하세요|하시오|해라|해 줘|할 것|해야 한다)|"
    r"(?:ignore|disregard|forget)\b.{0,40}\b(?:instruction|rule|prompt|above|previous)|system prompt|you are (?:now|an?) |"
    r"^\s*(?:system|assistant|developer|시스템|어시스턴트)\s*[:：]|(?:당신|너)(?:은|는) (?:이제|지금부터)|(?:AI|인공지능|챗봇|언어 ?모델)(?:은|는|에게|이라면)\s",
    re.IGNORECASE | re.MULTILINE,
)


def unbidden(text: str) -> str:
    """A document's text without the sentences in it that speak to a model: they are no law and no finding."""
    parts = re.split(r"(?<=[.!?\n])", text)
    return "".join(part for part in parts if not _INSTRUCTING.search(part))


def verify(text: str, passages: Sequence[Passage]) -> Verified:
    """An answer held against what it cites. Takes any text."""
    known = {one.mark: one for one in passages}
    sentences: list[Sentence] = []
    shown: list[str] = []
    for line in _plain(text).split("\n"):
        bullet = "- " if _BULLET.match(line) else ""
        told = []
        for sentence, marks in _sentences(_BULLET.sub("", line)):
            judged, kept = _judged(sentence, marks, known)
            sentences.append(judged)
            told += [kept] if kept else []
        if told:
            shown.append(bullet + " ".join(told))
    return Verified(tuple(sentences), "\n".join(shown))


# What the answer says

_ITEM = r"(?:(?:사례|근거|출처|조문|문서)\s*)?\d{1,3}"
_MARK = rf"[\[［【]\s*{_ITEM}(?:\s*(?:[,，、·;~–-]|\s)\s*{_ITEM})*\s*[\]］】]"
_MARKS = re.compile(_MARK)
_RUN = re.compile(rf"{_MARK}(?:\s*,?\s*{_MARK})*")
_BULLET = re.compile(r"^\s*(?:[-*+•·○●◦▪※]+|\d{1,2}[.)]|[①-⑳])\s+")
_END = re.compile(rf"(?:(?<=[가-힣\])］】”’\"'」%])[.?!。]+)(?:[\s,]*{_MARK})*(?=\s|$|[가-힣“\"(「])")
_END_LEADING = re.compile(r"(?:(?<=[가-힣\])］】”’\"'」%])[.?!。]+)(?=\s|$|[가-힣“\"(「\[［【])")
_INVISIBLE = {"Cf", "Cc", "Co", "Cs", "Cn"}
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}:)?//\S*|\b(?:https?|ftp|data|javascript|vbscript|file|mailto):\S*|www\.\S+|(?<![a-z0-9-])[a-z0-9-]{1,63}(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b\S*",
    re.IGNORECASE | re.ASCII,
)
_GREETING = re.compile(
    r"^(?:안녕하|감사합니다|답변\S* (?:드리|다음)|질문하신|문의하신|도움이 되|추가\S* (?:질문|문의)|궁금한|(?:다음|아래)과 같|요약하면|정리하면|결론)"
)


def _plain(text: str) -> str:
    """One paragraph or list item a line, without markup and what cannot be seen."""
    text = text[:LONGEST].rpartition("</think>")[2]
    for _ in range(3):
        text = html.unescape(text)
    text = "".join(
        letter
        for letter in unicodedata.normalize("NFC", text)
        if letter == "\n" or unicodedata.category(letter) not in _INVISIBLE
    )
    text = re.sub(r"(?is)<(script|style|iframe|svg|think)\b[^<>]*>.*?(?:</\1\s*>|$)", " ", text)
    text = re.sub(r"<!--.*?(?:-->|$)|<[^<>]*>", " ", text, flags=re.DOTALL)
    text = re.sub(r"(?m)^[ \t]*>+", "", text)
    text = re.sub(r"!\[[^\[\]]{0,500}\](?:\([^()]{0,2000}\)|\[[^\[\]]{0,500}\])?", " ", text)
    text = re.sub(r"(?m)^\s*\[[^\[\]]{1,200}\]:\s.*$", " ", text)
    text = re.sub(rf"({_MARK})\([^()]{{0,2000}}\)", r"\1", text)
    text = re.sub(r"\[([^\[\]]{1,500})\]\(([^()]{0,2000})\)", r"\1 http://", text)
    text = re.sub(r"(?m)^\s*(?:#{1,6}.*|[-=|: ]{3,}|```.*)$", "", text)
    text = re.sub(r"\*\*|__|~~|`+|(?<!\S)\*(?=\S)|(?<=\S)\*(?!\S)", "", text).translate(
        {ord("<"): "〈", ord(">"): "〉", ord("|"): " "}
    )
    return re.sub(rf"\n\s*((?:{_MARK}\s*)+)(?=\n|$)", r" \1", text)


def _sentences(line: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each sentence of a line, without its marks, and its marks."""
    leading = bool(re.match(rf"\s*{_MARK}", line)) and not re.search(rf"{_MARK}\W*$", line)
    at = 0
    for end in [*(one.end() for one in (_END_LEADING if leading else _END).finditer(line)), len(line)]:
        part, at = line[at:end], max(at, end)
        marks = tuple(dict.fromkeys(mark for found in _MARKS.findall(part) for mark in _named(found)))
        bare = re.sub(r"\s+", " ", _RUN.sub("", part)).strip()
        bare = re.sub(r"\s+([.,?!。)])", r"\1", bare)
        if re.search(r"[가-힣A-Za-z0-9]", bare):
            yield bare, marks


def _named(mark: str) -> Iterator[str]:
    """The passages a mark names: 「[1, 사례 2]」, 「[1-3]」."""
    body = unicodedata.normalize("NFKC", mark)[1:-1]
    past = False
    for item in re.finditer(r"(사례|근거|출처|조문|문서)?\s*(\d+)(?:\s*[~–-]\s*(?:사례\s*)?(\d+))?", body):
        past = item[1] == "사례" if item[1] else past
        first, last = int(item[2]), int(item[3] or item[2])
        for number in range(first, min(last, first + 50) + 1):
            yield f"사례 {number}" if past else f"{number}"


# What becomes of a sentence

_ROLE = r"(?:과장|팀장|계장|주무관|사무관|서기관|조사관|씨)"
_PUNISHED = r"(?:징계|파면|해임|강등|정직|감봉|견책|처분|경고|구속|처벌|기소)"
_FORESEEN = re.compile(
    rf"{_PUNISHED}.{{0,30}}(?:예상|예측|전망|될 것|받을 것|받게 될|가능성이|유력|확실|것으로 보|[될할을갈] 것(?:입니다|이다|이며|같))|"
    rf"(?:예상|예측|전망)\S{{0,5}} .{{0,20}}{_PUNISHED}"
)
_PERSON = re.compile(rf"(?<![가-힣])[가-힣]{{1,4}}\s?{_ROLE}(?=[은는이가께도의]|\s)")
_HIDING = re.compile(
    r"(?:감사|점검|조사).{0,40}(?:파기|숨기|숨겨|감추|감춰|삭제|지우|지워|없애|조작|은폐|바꿔치기).{0,30}"
    r"(?:면 됩|면 된|하십시오|하세요|좋습니다|좋다|권합|안전|문제가? ?(?:되지|없)|걸리지|드러나지|피할 수)"
)


def _judged(sentence: str, marks: tuple[str, ...], known: dict[str, Passage]) -> tuple[Sentence, str]:
    """The sentence with its fate, and what is shown of it, "" for nothing."""

    def fate(what: str, why: str, shown: str = "") -> tuple[Sentence, str]:
        return Sentence(sentence, marks, what, why), shown

    if why := _improper(sentence):
        return fate(UNHELD, why)
    if sentence.rstrip(".") + "." == NO_GROUNDS:
        return fate(HELD, "근거가 없다는 답입니다.", NO_GROUNDS)
    said = _Read(sentence)
    if not marks:
        if _GREETING.match(sentence) or _unheld(said, [_source(one) for one in known.values()], ENOUGH_UNCITED):
            return fate(UNCITED, "출처 번호가 없고 근거에서도 찾을 수 없는 문장입니다.")
        return fate(UNCITED, "출처 번호가 없는 문장입니다. 내용은 근거와 견주어 확인하십시오.", _marked(sentence, ()))
    cited = [known[mark] for mark in marks if mark in known]
    if not cited:
        return fate(UNKNOWN, f"[{marks[0]}]은(는) 제시된 근거에 없는 번호입니다.")
    sharing = [one for one in cited if _share(said, [_source(one)]) >= SOME]
    if why := _unheld(said, [_source(one) for one in sharing or cited], ENOUGH):
        return fate(UNHELD, why)
    return fate(HELD, "인용한 근거에서 확인했습니다.", _marked(sentence, [one.mark for one in sharing or cited]))


def _marked(sentence: str, marks: Iterable[str]) -> str:
    """A sentence as it is shown, its marks before the full stop."""
    body = sentence.rstrip(".。 ")
    return f"{body} {''.join(f'[{mark}]' for mark in marks) or FLAG}{sentence[len(body) :].strip() or '.'}"


def _improper(sentence: str) -> str:
    """Why a sentence is never shown, whatever it cites."""
    if len(sentence) > LONGEST_SENTENCE:
        return "문장이 너무 깁니다."
    if 3 * len(re.findall("[가-힣]", sentence)) < len(re.findall(r"[^\W\d_]", sentence)) or _INSTRUCTING.search(
        sentence
    ):
        return "답변이 아닌 문장입니다."
    if _LINK.search(sentence):
        return "링크나 주소가 들어 있습니다."
    if _HIDING.search(sentence):
        return "감사에서 사실을 감추라고 권하는 문장입니다."
    if _FORESEEN.search(sentence) and not re.search(r"(?:경우|때|면)\s", sentence.partition("예상")[0]):
        return "특정인의 처분을 미리 짚는 문장입니다."
    return ""


def _unheld(said: "_Read", sources: "Sequence[_Read]", enough: float) -> str:
    """Why the sources do not hold what is said; "" where they do."""
    return (
        _wrong_article(said, sources)
        or _wrong_words(said, sources)
        or _wrong_number(said, sources)
        or _wrong_sanction(said, sources)
        or _wrong_reach(said, sources)
        or _wrong_duty(said, sources)
        or ("근거의 내용과 겹치는 말이 적습니다." if _share(said, sources) < enough else "")
    )


# What is read of a sentence or a passage

_GENERIC = frozenset(
    "하 되 있 없 받 따르 대하 경우 관하 위하 통하 의하 보 말 해당 내용 다음 규정 관련 정하 알 주 이상 이하 이내 미만 초과 때 수 것 등 사항 기준 사례 과거 조 제 법 항 호 "
    "년 월 일 원 이 그 만 천 백 억 개월 달 안 못 않 대상 처하 부과 모두 이번 당하 시 중 가 더 또 및".split()
)
_REF = re.compile(
    r"제\s*(\d{1,4}(?:-\d{1,3})*)\s*조(?:\s*의\s*(\d{1,3})(?!\s*\d*\s*(?:개|년|일|월|만|천|원|%|배|분)))?", re.ASCII
)
_BELOW = re.compile(r"제\s*(\d{1,3})\s*([항호])", re.ASCII)
_TITLED = re.compile(rf"{_REF.pattern}(?:\s*제\s*\d+\s*[항호])*\s*\(([^()]{{2,60}})\)", re.ASCII)
_LAW = re.compile(
    r"(?:([^\s()]+)\s+)?([^\s()]*(?:법|법률|시행령|시행규칙|규칙|령|규정|고시|훈령|예규|지침))(?:의|상|에서|에)?\s*$"
)
_SAME = re.compile(r"(?:같은|동|이|그|해당|위|본)\s?(?:법|법률|영|령|규칙|규정|고시|훈령|조)")
_QUOTED = re.compile(
    r"“([^“”]{2,300})”|\"([^\"]{2,300})\"|‘([^‘’]{2,300})’|(?<![A-Za-z])'([^']{2,300})'|「([^「」]{2,300})」|『([^『』]{2,300})』"
)
_RECORD = re.compile(r"(?<![가-힣A-Za-z])[가-힣A-Za-z]{1,20}-\d{4}-\d{2,}")
_SANCTION = re.compile(
    r"징역|금고|벌금|과태료|과징금|몰수|추징|구속|고발|파면|해임|강등|정직|감봉|견책|징계|변상|경고|영업정지|업무정지|정지|취소|박탈|가산세|사형|통고처분|말소|폐쇄"
)
_ALL = re.compile(r"모든|누구나|언제나|무조건|예외 없이|제한 없이|전원")
_OPPOSITES = (("수입", "수출"), ("반입", "반출"), ("입국", "출국"), ("국내", "국외"))
_CLAUSE = re.compile(r"[.,;\n]|(?<=[고며])\s|이며|(?<=[은는])\s(?=\d)")
_SENTENCE = re.compile(r"[.;\n]")
_LIGHT = frozenset("받 주 내 물 붙 넘 나 오 가 들 쓰 걸 두 지".split())
_PART = re.compile(r"[.;\n]\s*|(?<=[고며])\s|,\s(?=.{8})")
_NATIVE = dict(
    zip("한 두 세 석 네 넉 다섯 여섯 일곱 여덟 아홉 열".split(), (1, 2, 3, 3, 4, 4, 5, 6, 7, 8, 9, 10), strict=True)
)
_DIGITS = {letter: at for at, letter in enumerate("영일이삼사오육칠팔구")}
_TENS = {"십": 10, "백": 100, "천": 1000}
_GREAT = {"만": 10**4, "억": 10**8, "조": 10**12}
_NATIVE_FORM = re.compile(
    rf"(?<![가-힣])({'|'.join(_NATIVE)})\s?(달|해|배|번|차례|명|사람|주|시간|곳|건)(?![가-힣]*하)"
)
_SINO_FORM = re.compile(r"(?<![가-힣\d])([일이삼사오육칠팔구십백천만억]{2,12})\s?(?=원|일(?![가-힣]*[반]))")
_DIGIT = r"\d[\d,]{0,20}(?:\.\d{1,9})?"
_AMOUNT = rf"{_DIGIT}(?:\s?(?:{_DIGIT})?\s?(?:[십백천만억]|조(?!문|율|항))){{0,8}}(?:\d{{1,4}})?"
_NUMBER = re.compile(
    rf"(?<![\d.,])(?P<of>{_AMOUNT})\s?분의\s?(?P<part>{_AMOUNT})|(?<![\d.,])(?P<n>{_AMOUNT})\s?"
    r"(?P<unit>개월|개소|개|달러|달|불|월|일|년|해|주일|주|시간|시|분|원|%|퍼센트|프로|배|명|인(?![가-힣])|사람|건|회|번|차례|곳|세|급|호봉|점|kg|킬로그램|톤|g|㎡)?(?!\s?가지)"
)
_UNITS = {
    "달": "개월",
    "해": "년",
    "퍼센트": "%",
    "프로": "%",
    "인": "명",
    "사람": "명",
    "번": "회",
    "차례": "회",
    "불": "달러",
    "개소": "곳",
    "개": "곳",
    "주일": "주",
    "킬로그램": "kg",
}
_UPPER = re.compile(r"\s?(?:이하|이내|미만|안에|내에|한도|범위|까지|(?:을|를)?\s?넘지)")
_LOWER = re.compile(r"\s?(?:이상|초과|(?:을|를)?\s?넘(?!지))")
MUST, NEED_NOT, MAY, CANNOT, NOT, DOES = "must", "need not", "may", "cannot", "not", "does"
_AGAINST = {
    MUST: {NEED_NOT, CANNOT, NOT},
    NEED_NOT: {MUST, DOES, CANNOT},
    MAY: {CANNOT},
    CANNOT: {MAY, MUST, DOES},
    NOT: {DOES, MUST, MAY},
    DOES: {NOT, CANNOT, NEED_NOT},
}
_NEGATIVE = re.compile(
    r"지\s?(?:않(?!으면)|아니(?!하면)|못(?!하면)|말)|아니[^하]|없(?!으면)|금지|면제(?![된한])|생략|제외|빠지|빠집|빠진|안\s?(?:되|됩|된)|뺀|빼고|갈음|못\s|대신"
)


@dataclass(frozen=True)
class _Ref:
    """An article named: the law's last words, "" where none is named, and the number."""

    law: str
    number: str


@dataclass(frozen=True)
class _Amount:
    """A number with its unit; ``bound``: -1 at most, 1 at least, 0 neither; ``clause``: where it stands."""

    value: float
    unit: str
    bound: int
    clause: str
    sentence: str


class _Read:
    """A text as it is compared; each part is read when first needed."""

    def __init__(self, text: str, own: str = "", title: str = "") -> None:
        self.text, self.own, self.title = text, own, title

    @cached_property
    def bare(self) -> str:
        return _bare(f"{self.own} {self.title} {self.text}")

    @cached_property
    def words(self) -> frozenset[str]:
        told = (word for word in words(_figures(f"{self.title} {self.text}")) if word not in _GENERIC)
        return frozenset(word for word in told if not word[0].isdigit())

    @cached_property
    def pairs(self) -> frozenset[str]:
        return frozenset(pairs(_NUMBER.sub(" ", _REF.sub(" ", _figures(f"{self.title} {self.text}")))))

    @cached_property
    def refs(self) -> tuple[_Ref, ...]:
        return tuple(_refs(self.text))

    @cached_property
    def parts(self) -> tuple["_Read", ...]:
        return tuple(_Read(part) for part in _PART.split(self.text) if part.strip())

    @cached_property
    def amounts(self) -> tuple[_Amount, ...]:
        return tuple(_amounts(self.text))

    @cached_property
    def sanctions(self) -> frozenset[str]:
        return frozenset(_SANCTION.findall(self.text))

    @cached_property
    def duties(self) -> dict[str, frozenset[str]]:
        return _duties(self.text)


@lru_cache(maxsize=256)
def _source(passage: Passage) -> _Read:
    return _Read(unbidden(passage.text), passage.id, unbidden(passage.title))


def _bare(text: str) -> str:
    """Letters and digits alone."""
    return re.sub(r"[^0-9a-z가-힣%]", "", words_of.plain(text).lower())


def _refs(text: str) -> Iterator[_Ref]:
    for found in _REF.finditer(text):
        number = f"제{found[1]}조" + (f"의{found[2]}" if found[2] else "")
        yield _Ref(_law(text[max(0, found.start() - 60) : found.start()]), number)


def _law(before: str) -> str:
    """The last word of the law's name that a text ends with, two where it is a decree of a law; "" where none is named."""
    before = re.sub(r"[「」『』]", "", before).rstrip()
    found = _LAW.search(before)
    if not found or re.search(rf"{_SAME.pattern}(?:\s?(?:시행령|시행규칙))?$", before) or found[2] in ("방법", "법"):
        return ""
    name = _bare(found[2])
    if name in ("시행령", "시행규칙"):
        return _official(_bare(found[1] or "")) + name
    return _official(name)


@cache
def _short() -> dict[str, str]:
    """Short names of laws to the last word of the official one."""
    with ALIASES.open(encoding="utf-8", newline="") as file:
        return {
            _bare(row["alias"]): _bare(row["law"].split()[-1]) for row in csv.DictReader(file) if len(row["alias"]) > 1
        }


def _official(name: str) -> str:
    return _short().get(name, name)


def _amounts(text: str) -> Iterator[_Amount]:
    text = _BELOW.sub(" ", _REF.sub(" ", _RECORD.sub(" ", text)))
    text = _figures(text)
    whole = re.sub(r"(?<=\d)[.,](?=\d)", "0", text)
    cuts, wide = ([0, *(cut.end() for cut in form.finditer(whole)), len(text)] for form in (_CLAUSE, _SENTENCE))
    for found in _NUMBER.finditer(text):
        if found["of"]:
            of = _value(found["of"])
            value, unit = (_value(found["part"]) / of * 100 if of else 0.0), "%"
        else:
            value, unit = _value(found["n"]), found["unit"] or ""
            unit = _UNITS.get(unit, unit)
        if unit == "년" and value < 1000:
            value, unit = value * 12, "개월"
        after = text[found.end() : found.end() + 8]
        bound = -1 if _UPPER.match(after) else 1 if _LOWER.match(after) else 0
        yield _Amount(round(value, 6), unit, bound, _around(text, cuts, found), _around(text, wide, found))


def _around(text: str, cuts: list[int], found: re.Match[str]) -> str:
    """What stands between the cuts on either side."""
    return text[max(cut for cut in cuts if cut <= found.start()) : min(cut for cut in cuts if cut >= found.end())]


def _value(amount: str) -> float:
    """「2천만」, 「5억 2,300만」, 「1,000」."""
    total = section = 0.0
    number: float | None = None
    for token in re.findall(r"\d[\d,]*(?:\.\d+)?|[십백천만억조]", amount):
        if token in _TENS:
            section, number = section + (number or 1) * _TENS[token], None
        elif token in _GREAT:
            total, section, number = total + ((section + (number or 0)) or 1) * _GREAT[token], 0.0, None
        else:
            number = float(token.replace(",", "")[:18])
    return total + section + (number or 0)


def _figures(text: str) -> str:
    """「한 달」, 「이천만원」 with digits."""
    text = _NATIVE_FORM.sub(lambda found: f"{_NATIVE[found[1]]}{found[2]}", text)
    return _SINO_FORM.sub(lambda found: "".join(str(_DIGITS.get(letter, letter)) for letter in found[1]), text)


def _duties(text: str) -> dict[str, frozenset[str]]:
    """What is said of each deed: that one must, need not, may, cannot, does not or does do it. Conditions say nothing of it."""
    told: defaultdict[str, set[str]] = defaultdict(set)
    tokens = words_of._kiwi().tokenize(text, normalize_coda=True)
    for at, token in enumerate(tokens):
        if token.tag not in ("XSV", "VV", "VV-R", "VV-I") or (
            token.form in ("되", "있", "없", "보", "대하", "처하", "어쩌") and token.tag != "XSV"
        ):
            continue
        stem, before = token.form, at - 1
        if token.tag == "XSV" or stem == "하":
            while before >= 0 and tokens[before].tag in ("JKO", "JX"):
                before -= 1
            if before < 0 or tokens[before].tag not in ("NNG", "XR", "NNP"):
                continue
            stem = tokens[before].form
        how = _how([one.form for one in tokens[at + 1 : at + 9]], [one.tag for one in tokens[at + 1 : at + 9]])
        if how and before >= 0 and tokens[before].tag == "MAG" and tokens[before].form in ("안", "못"):
            how = NOT if tokens[before].form == "안" else CANNOT
        if how:
            told[stem].add(how)
    return {stem: frozenset(hows) for stem, hows in told.items()}


def _how(forms: list[str], tags: list[str]) -> str:
    """What the endings after a verb make of it; "" for a condition and what only describes a noun."""
    said = " ".join(forms)
    if re.match(r"(?:어야|아야|여야)(?: 만)? (?:하|되)", said):
        return MUST
    if re.match(r"지(?: 는| 도)? (?:않|아니하) (?:어도|아도|여도) ", said) or re.match(
        r"지 (?:않|아니하) (?:을|ᆯ) 수 있", said
    ):
        return NEED_NOT
    if re.match(r"(?:ᆯ|을) 필요(?: 가| 는)? 없", said):
        return NEED_NOT
    if re.match(r"(?:ᆯ|을) 수(?: 는| 도)? 없|(?:어서|아서|여서|면|으면)(?: 는| 도)? (?:안|아니) 되", said):
        return CANNOT
    if re.match(r"(?:ᆯ|을) 수(?: 도)? 있|(?:어도|아도|여도) 되", said):
        return MAY
    if ended := re.match(r"지(?: 는| 도)? (않|아니하|못하|말) (\S+)", said):
        last = tags[len(said[: ended.end()].split()) - 1] == "EF" or ended[2] in ("습니다", "ᆸ니다", "며", "으며")
        return "" if not last else NOT if ended[1] in ("않", "아니하") else CANNOT
    return DOES if tags and (tags[0] == "EF" or (tags[0] == "EC" and forms[0] in ("고", "며", "으며"))) else ""


# What may be wrong with it


def _share(said: _Read, sources: "Sequence[_Read]") -> float:
    """How much of what is said stands in the sources, 0..1: the mean over words and over pairs of letters."""
    known, letters = (
        frozenset().union(*(one.words for one in sources)),
        frozenset().union(*(one.pairs for one in sources)),
    )
    bare = "".join(one.bare for one in sources)
    if not said.words or not said.pairs:
        return 0.0
    held = sum(word in known or (len(word) > 1 and word in bare) for word in said.words)
    return (held / len(said.words) + len(said.pairs & letters) / len(said.pairs)) / 2


def _wrong_article(said: _Read, sources: "Sequence[_Read]") -> str:
    """Articles, their parts and headings, and numbers of findings."""
    for ref in said.refs:
        if not any(_names(one, ref) for one in sources):
            return f"{ref.number}은(는) 인용한 근거의 조문이 아닙니다."
    raw = "".join(f"{one.own} {one.text}" for one in sources)
    for number, part in _BELOW.findall(said.text):
        circled = chr(0x2460 + int(number) - 1) if part == "항" and 0 < int(number) <= 20 else "\0"
        if (
            not re.search(rf"제\s*{number}\s*{part}", raw)
            and circled not in raw
            and not (part == "호" and re.search(rf"(?m)^\s*{number}\.", raw))
        ):
            return f"제{number}{part}은(는) 인용한 근거에 없습니다."
    for found in _TITLED.findall(said.text):
        if not any(_entitled(one, found[-1]) for one in sources):
            return f"조문 제목 「{found[-1][:30]}」이(가) 근거와 다릅니다."
    for record in _RECORD.findall(said.text):
        if not any(_bare(record) in one.bare for one in sources):
            return f"{record}은(는) 인용한 지적사례가 아닙니다."
    return ""


def _entitled(source: _Read, heading: str) -> bool:
    """Whether a heading is the source's, or stands in it as words of its own."""
    told = r"[\s·ㆍ‧・]*".join(map(re.escape, re.sub(r"[\s·ㆍ‧・]", "", heading)))
    return _bare(heading) == _bare(source.title) or bool(
        re.search(rf"(?<![가-힣]){told}(?![가-힣]{{3}})", f"{source.title}\n{source.text}")
    )


def _names(source: _Read, ref: _Ref) -> bool:
    """Whether a source is the article, or names it."""
    law, _, number = source.own.rpartition(" ")
    own = _law(law)
    if number == ref.number and (not ref.law or own == ref.law or _bare(law).endswith(ref.law)):
        return True
    return any(one.number == ref.number and (not ref.law or (one.law or own) == ref.law) for one in source.refs)


def _wrong_words(said: _Read, sources: "Sequence[_Read]") -> str:
    """Words in quotation marks."""
    for found in _QUOTED.findall(said.text):
        quoted = next(one for one in found if one)
        if not any(_bare(quoted) in one.bare for one in sources):
            return f"따옴표 안의 말 「{quoted[:30]}」이(가) 근거에 없습니다."
    return ""


def _wrong_number(said: _Read, sources: "Sequence[_Read]") -> str:
    """Numbers with their units, at most and at least, and what they are told of."""
    values = {one.value for one in said.amounts}
    for one in said.amounts:
        like = [
            other for source in sources for other in source.amounts
            if other.value == one.value and (not one.unit or not other.unit or other.unit == one.unit)
        ]  # fmt: skip
        if not like:
            return f"{one.value:,.10g}{one.unit}이(가) 근거에 없습니다."
        if (
            one.bound
            and -one.bound in {other.bound for other in like}
            and one.bound not in {other.bound for other in like}
        ):
            return f"{one.value:,.10g}{one.unit}의 이상·이하가 근거와 다릅니다."
        meant = [_alike(said, other.sentence) for other in like]
        others = [
            _alike(said, other.clause) for source in sources for other in source.amounts if other.unit == one.unit and other.value not in values
        ]  # fmt: skip
        if max(others, default=0) > max(meant) + 1 or _neighbours(said, one, like, sources):
            return f"{one.value:,.10g}{one.unit}은(는) 근거에서 다른 것에 관한 숫자입니다."
        for pair in _OPPOSITES:
            for here, there in (pair, pair[::-1]):
                if (
                    here in one.clause
                    and there not in one.clause
                    and all(there in other.clause and here not in other.clause for other in like)
                ):
                    return f"{one.value:,.10g}{one.unit}은(는) 근거에서 {there}에 관한 것입니다."
    return ""


def _neighbours(said: _Read, one: _Amount, like: Sequence[_Amount], sources: "Sequence[_Read]") -> bool:
    """Whether each place of the amount is told of something else than is said, and the amount beside it of just that."""
    return all(
        any(
            (mine := _clause_words(other.clause)) & said.words < (theirs := _clause_words(beside.clause)) & said.words
            and mine - said.words - theirs
            for source in sources
            for beside in source.amounts
            if beside.sentence == other.sentence and beside.unit == other.unit and beside.value != one.value
        )
        for other in like
    )


def _alike(said: _Read, around: str) -> int:
    """How many words of what is said stand around an amount of a source."""
    return len(said.words & _clause_words(around))


@lru_cache(maxsize=4096)
def _clause_words(clause: str) -> frozenset[str]:
    return _Read(clause).words


def _wrong_reach(said: _Read, sources: "Sequence[_Read]") -> str:
    """「모든」, 「예외 없이」: said of all where the sources do not."""
    told = _ALL.search(said.text)
    return (
        f"근거에는 「{told[0]}」(이)라는 말이 없습니다."
        if told and not any(told[0] in one.text for one in sources)
        else ""
    )


def _wrong_sanction(said: _Read, sources: "Sequence[_Read]") -> str:
    """Sanctions that the sources do not know, or of somebody they do not name."""
    named = _PERSON.search(said.text)
    if named and re.search(_PUNISHED, said.text) and not any(_bare(named[0]) in one.bare for one in sources):
        return f"{named[0].strip()}은(는) 근거에 나오지 않는 사람입니다."
    for told in sorted(said.sanctions):
        if not any(told in one.text or told in one.title for one in sources):
            return f"{told}은(는) 근거에 없는 제재입니다."
    return ""


def _wrong_duty(said: _Read, sources: "Sequence[_Read]") -> str:
    """What must, may or need not be done turned round."""
    if not said.duties:
        return ""
    near = _nearest(said, sources)
    titles = " ".join(one.title for one in sources)
    there = frozenset().union(*near.duties.values())
    for stem, hows in said.duties.items():
        known: frozenset[str] = frozenset().union(*(one.duties.get(stem, frozenset()) for one in sources))
        for how in hows:
            negative = how in (NEED_NOT, CANNOT, NOT)
            turned = (
                stem not in _LIGHT
                and bool(known)
                and known <= _AGAINST[how]
                and not (how in (CANNOT, NOT) and _NEGATIVE.search(near.text))
            )
            forbidden = how in (MAY, MUST) and CANNOT in there and not there & {MAY, MUST}
            denied = how == DOES and there and there <= {NOT, CANNOT} and not _NEGATIVE.search(said.text)
            unknown = negative and stem != "넘" and how not in known and not _NEGATIVE.search(f"{titles} {near.text}")
            if turned or forbidden or denied or unknown:
                return f"「{stem}」을(를) 하여야 하는지, 할 수 있는지가 근거와 다릅니다."
    return ""


def _nearest(said: _Read, sources: "Sequence[_Read]") -> _Read:
    """The part of the sources that shares most words with what is said; those that stand in few parts tell more."""
    parts = [part for one in sources for part in one.parts]
    often = Counter(word for part in parts for word in part.words & said.words)
    return max(parts, key=lambda part: sum(1 / often[word] for word in part.words & said.words), default=_Read(""))
