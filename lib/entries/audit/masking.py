"""What tells of one person or firm, taken out of a text: names, and numbers that lead to somebody. Offices, laws and ordinary words stay.

A name is taken for one where its place says so (「주무관 홍○○」, 「성명:」, before 「씨」), or where the words around it read it as a proper
noun and each letter of it is one that names are made of. A name once told is masked wherever it stands.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType

NAME, CASE, RESIDENT, PHONE, FIRM_NUMBER, FIRM, MAIL, DECLARATION, PASSPORT, ACCOUNT = (
    "이름", "사건번호", "주민등록번호", "전화번호", "사업자등록번호", "상호", "전자우편", "신고번호", "여권번호", "계좌번호"
)  # fmt: skip

_SURNAMES = "김이박최정강조윤장임한오서신권황안송류유홍전고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용"
_DOUBLE = "남궁|황보|제갈|사공|선우|서문|독고|동방"
_GIVEN = frozenset(
    "가갑강건경고관광교구국권규균근금기길나남다담대덕도동두라란람래려련령로록루륜률리린림마막만말명모무문미민바박방배백범별병보복봉빈사산삼상새샘서석선설섭성세소솔송수숙순슬승시식신아안애양어언여연열엽영예오옥온완용우욱운웅원월위유윤율으은을음의이익인일임자장재전정제조종주준중지진찬창채천철초춘충치태택평표필하학한해헌혁현형혜호홍화환황효후훈휘희"
)
_LOOSE = frozenset(
    "가강건고관광교구국금기나남다담도로록리마만명모무문바방배보복사산삼새서세소수시식신안어언여예오온용위으을음의이익일임자장전정조중지천초치평표필하학한화"
)  # begin or end ordinary words too
_RANKS = (
    "주무관|사무관|서기관|부이사관|이사관|관세행정관|행정관|주사보|주사|서기보|서기|과장|팀장|계장|국장|반장|실장|세관장|담당관|감시관|조사관|검사관|"
    "담당자|담당|직원|대표이사|대표자|대표|관세사|피의자|피고인|참고인|여행자|신고인|납세의무자|체납자|화주|운영인|감독자|결재자|수사관|지도관|당직자|교수|변호사|회계사|부장|차장|대리|사원|임원"
)
_LABELS = "성\\s*명|이\\s*름|성함|피의자명|대표자명|담당자명|신고인명"
_PERSON = re.compile(
    rf"(?<![가-힣])(?:(?:{_LABELS})\s*[:：]?|(?:[4-9]급|(?:[가-힣]{{2,8}}\s*)?(?:{_RANKS}))\s*[:：(]?)\s*((?:{_DOUBLE})[가-힣]{{2}}|[{_SURNAMES}][가-힣]{{2}})"
)
_ALONE = re.compile(rf"(?<![가-힣])((?:{_DOUBLE})[가-힣]{{2}}|[{_SURNAMES}][가-힣]{{2}})(?![가-힣])")
_MORE = re.compile(rf"\s*(?:[,·ㆍ、/]|및|과|와)\s*([{_SURNAMES}][가-힣]{{2}})(?![가-힣]{{2}})")
_TITLED = re.compile(
    rf"(?<![가-힣])((?:{_DOUBLE})[가-힣]{{2}}|[{_SURNAMES}][가-힣]{{1,2}})(?:\s+(?:{_RANKS})(?![가-힣]*[과국팀])|\s*(?:씨|님)(?![가-힣]{{2}})|\s*\((?:남|여|[4-9]급|만\s*\d+세|\d{{2}}세|\d{{4}}\s*년?생))"
)
_BESIDE = re.compile(rf"\s*[(\[]\s*(?:\d|[4-9]급|연락처|전화|남|여)|\s+(?:{_RANKS})")
_OFFICE_END = "과팀국실반계관청소장인자부"
_PARTICLES = "은는이가을를의에도로만과와요해나진한고지"
_NOUN_ENDS = "금증산표장비물권율품량세원강문역자사"

_NUMBERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (RESIDENT, re.compile(r"(?<!\d)\d{6}\s*[-–—]\s*[0-8*●○xX][\d*●○xX]{6}(?!\d)")),
    (
        CASE,
        re.compile(
            r"(?<!\d)(?:19|20)\d{2}\s*(?:고단|고합|고정|고약|가단|가합|가소|구단|구합|형제|형|진정|내사|초기|노|도|나|다|누|두|라|마|카합|카단|아)\s*(?:제\s*)?\d{1,7}(?:\s?호)?(?!\d)"
        ),
    ),
    (CASE, re.compile(r"(?<=사건번호)\s*[:：]?\s*[\w가-힣-]*\d[\w-]*")),
    (DECLARATION, re.compile(r"(?<![\d-])\d{5}-\d{2}-\d{6,7}[A-Z]?(?![\d-])")),
    (FIRM_NUMBER, re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{5}(?![\d-])")),
    (PHONE, re.compile(r"(?<![\d-])0\d{1,2}[-.)\s]{1,2}\d{3,4}[-.\s]\d{4}(?![\d-])")),
    (PHONE, re.compile(r"(?<!\d)01[016789]\d{7,8}(?!\d)")),
    (MAIL, re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}", re.ASCII)),
    (PASSPORT, re.compile(r"(?<![A-Za-z0-9])[MSRGD]\d{8}(?!\d)|(?<![A-Za-z0-9])[MS]\d{3}[A-Z]\d{4}(?!\d)")),
    (DECLARATION, re.compile(r"(?<![A-Za-z0-9])P\d{12}(?!\d)")),
    (ACCOUNT, re.compile(r"(?<=계좌)(?:번호)?\s*[:：]?\s*\d{2,6}-\d{2,6}-\d{2,8}(?:-\d{1,4})?")),
)
_FIRM = re.compile(
    r"(?:㈜|\(주\)|（주）|주식회사|\(유\)|유한회사)\s*([가-힣A-Za-z][가-힣A-Za-z0-9&]{1,20}?)(?=[은는이가을를의에와과도로]?(?:[\s,.)」』·(]|$))|"
    r"(?<![가-힣A-Za-z])([가-힣A-Za-z][가-힣A-Za-z0-9&]{1,20})\s?(?:㈜|\(주\)|（주）)"
)
_PRECEDENT = re.compile(r"(?:대법원|헌법재판소|고등법원|헌재)[^\n]{0,25}$")


def masked(text: str) -> tuple[str, Mapping[str, int]]:
    """The text without what tells of one person or firm, and how many of each kind were taken out."""
    return Masker(text)(text)


class Masker:
    """Masks all parts of one document alike: names are learnt from the whole of it. ``told``: how many of each kind so far."""

    def __init__(self, whole: str, people: Collection[str] = ()) -> None:
        """``people``: names known beforehand, such as those of a list's own column."""
        self.told: Counter[str] = Counter()
        self.names = frozenset((*_names(whole), *(name for told in people for name in _ALONE.findall(told))))
        spelled = "|".join(sorted(map(re.escape, self.names), key=len, reverse=True))
        self._named = re.compile(rf"(?<![가-힣])(?:{spelled})") if spelled else None

    def __call__(self, text: str) -> tuple[str, Mapping[str, int]]:
        told: Counter[str] = Counter()
        for kind, pattern in _NUMBERS:

            def number(match: re.Match[str], kind: str = kind) -> str:
                if kind == CASE and _PRECEDENT.search(match.string[: match.start()]):
                    return match[0]  # a published judgment is a source of law
                told[kind] += 1
                return f"[{kind}]"

            text = pattern.sub(number, text)

        def firm(match: re.Match[str]) -> str:
            name = match[1] or match[2]
            if set(name) <= {"○"} or name in ("회사", "법인"):
                return match[0]
            told[FIRM] += 1
            return match[0].replace(name, "○○", 1)

        text = _FIRM.sub(firm, text)
        if self._named:
            text, count = self._named.subn(lambda match: _short(match[0]), text)
            told[NAME] += count
        told = +told
        self.told.update(told)
        return text, MappingProxyType(dict(told))


def _short(name: str) -> str:
    return name[: 2 if re.match(_DOUBLE, name) else 1] + "○○"


def _names(text: str) -> Iterator[str]:
    """The names told in a text."""
    proper = _proper(text)
    for match in _PERSON.finditer(text):
        after = text[match.end() : match.end() + 8]
        beside = _BESIDE.match(after)  # 「담당자 이순덕(010-…)」
        if not (beside and _sounds(match[1])) and not _is_name(match[1], proper, after[:2]):
            continue
        yield match[1]
        at = match.end()
        while more := _MORE.match(text, at):
            if not _is_name(more[1], proper, ""):
                break
            yield more[1]
            at = more.end()
    for match in _TITLED.finditer(text):
        if match[1][-1] not in _OFFICE_END and _is_name(match[1], proper, ""):
            yield match[1]
    for name in proper:
        ends = name[-1] in _NOUN_ENDS or (name[-1] in _PARTICLES and _ordinary(name[:2]))
        if len(name) == 3 and name[0] in _SURNAMES[:60] and _sounds(name) and not set(name[1:]) <= _LOOSE and not ends:
            yield name


def _is_name(name: str, proper: frozenset[str], after: str) -> bool:
    """Where a name is expected: read as a proper noun, or made of letters of names; ``after``: what follows tells a longer word."""
    if name in proper or re.match(_DOUBLE, name):
        return True
    return len(name) == 3 and _sounds(name) and not re.match("[가-힣]{2}", after) and not _ordinary(name)


def _ordinary(word: str) -> bool:
    """Whether it is a word like any other."""
    from lib.entries.audit.words import _kiwi

    tokens = _kiwi().tokenize(word)
    return all(token.tag != "NNP" for token in tokens) and any(
        len(token.form) > 1 or token.tag[0] in "VXJE" for token in tokens
    )


def _sounds(name: str) -> bool:
    return name[0] in _SURNAMES and set(name[1:]) <= _GIVEN and name[-1] not in _OFFICE_END


def _proper(text: str, most: int = 20_000) -> frozenset[str]:
    """What is read as a proper noun of two to four letters, among the words that begin like a name."""
    from lib.entries.audit.words import _kiwi

    found: set[str] = set()
    seen: set[str] = set()
    for match in re.finditer(rf"(?<![가-힣])[{_SURNAMES}][가-힣]{{1,12}}", text):
        if match[0] in seen or len(seen) > most:
            continue
        seen.add(match[0])
        begin = max(text.rfind("\n", 0, match.start()) + 1, match.start() - 12)
        at = match.start() - begin
        for token, after in pairwise([*_kiwi().tokenize(text[begin : match.end() + 8]), None]):
            joined = token and after and after.start == token.end and after.tag[0] in "NX"
            if token and token.start == at and token.tag == "NNP" and 2 <= len(token.form) <= 4 and not joined:
                found.add(token.form)
    return frozenset(found)
