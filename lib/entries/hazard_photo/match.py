"""Which listed ingredients a label names, and where.

Four ways, from sure to unsure: ``exact`` and ``alias`` (the name as printed, whatever its case, spacing, hyphens, width or
line breaks), ``ocr`` (equal once rn/m, l/I/1, 0/O ... are one), ``fuzzy`` (a bounded number of wrong letters, never in
words under five letters) and ``part`` (a listed name inside an unknown longer word: perhaps a derivative).

How much context a name needs is the ``rule`` of its row in ``names.csv``:

- ``any``: may stand anywhere on the label;
- ``word``: an acronym that must stand alone, spelled in that case;
- ``item``: an everyday word (silver, charcoal) that counts only as an item of an ingredient list;
- ``dose``: so ambiguous (PEA, T3) that a dose must stand beside it as well.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from lib.entries.hazard_photo import text as t
from lib.entries.hazard_photo.catalogue import Catalogue, Effect, Ingredient, Name
from lib.entries.hazard_photo.ocr import Line

Box = tuple[tuple[float, float], ...]

QUALIFIERS = frozenset(
    """extract extracts powder powdered root roots leaf leaves bark seed seeds fruit fruits berry flower flowers herb herbal
    whole organic dried dry raw pure purified natural standardized standardised concentrate concentrated complex oil resin gum
    tea tincture capsule capsules tablet tablets softgel serving std from as of and in the hcl hydrochloride citrate sulfate
    sulphate orotate carbonate chloride malate sodium potassium calcium usp nf ep jp bp grade food activated colloidal nano
    ionic hydrosol particles micronized freeze aerial parts part rhizome stem tuber wild wildcrafted cut sifted ratio equiv
    equivalent providing contains containing total added fine ultra extra strength high potency new premium mg mcg g ug iu ml
    ppm dv per dose daily value elemental purple red white black mini cup jelly
    추출물 추출분말 추출액 분말 가루 농축액 농축분말 엑스 엑기스 오일 유 씨 씨앗 뿌리 잎 껍질 열매 꽃 건조 유기농 볶은 함유 국내산 국산
    중국산 미국산 인도산 호주산 수입산 외국산 원산지 밀리그램 원료 성분 함량 정 캡슐
    エキス エキス末 末 粉 粉末 抽出物 抽出液 濃縮 濃縮エキス 葉 茎 根 種子 果実 皮 油 配合 乾燥 由来 加工品 含有 パウダー オイル
    提取物 提取液 提取粉 萃取物 萃取 粉 根 叶 皮 籽 子 果 花 油 精 浓缩 浓缩粉 干 炙 生 熟 制 浸膏 含量 毫克 克""".split()
)
HEADING = re.compile(
    r"ingredients?\b|supplement facts|contains\s*:|active|composition|원재료|성분|原材料|成分|配料|原料|ingr[eé]dients",
    re.IGNORECASE,
)
COMMAS = re.compile(r"[,、，;；·•]|(?<=[가-힣])[58](?=[가-힣])")  # the Korean line model takes a comma for 5 or 8
SEPARATOR = re.compile(
    r"[,;:、，；：・•|/()\[\]{}<>（）【】「」®*†‡§\x00。．+＋=＝&?！!]|\.(?=\s|$)|(?:^|(?<=[가-힣]))[58](?=[가-힣]|$)"
)

# "contains no X", "X-free": MFDS found the substance in products that said so, hence a check and never a pass.
NEGATION_BEFORE = re.compile(
    r"(?:\b(?:contains?|with|has|have|there (?:is|are)|zero|absolutely)\s+(?:no|zero|0%?)|\bno\b(?:\s+added|\s+artificial)?|\bnon(?=[-\s])|"
    r"\bnot\s+contain(?:ing)?(?:\s+any)?|\bdoesn'?t\s+contain(?:\s+any)?|\bwithout(?:\s+any)?|\bfree\s+(?:of|from)|\bnever(?:\s+any)?|"
    r"\bexcludes?|\bfrei\s+von|\bohne|\bsans|不含|未添加|不添加|无添加|無添加|未含|零添加|本品无|本品無|无$|無$|무첨가\s*:|무\(無\))",
    re.IGNORECASE,
)
LONG_SCOPE = re.compile(r"contain|free|without|exclud|不含|未添加|不添加|添加|ohne|sans|with no|never", re.IGNORECASE)
NEGATION_AFTER = re.compile(
    r"^[\s\-–]*(?:free\b(?!\s*(?:of|from|ship|gift|sample|form|base|run))|-?\s*frei\b|"
    r"(?:성분|추출물|분말|[을를이가은는도]|등의?|\s|및|또는|와|과|·|[가-힣]{2,8}(?=[·\s]))*?"
    r"(?:무첨가|미첨가|불포함|미함유|무함유|불검출|프리|제로|(?:전혀\s*)?(?:함유|포함|첨가|사용|넣|들어)[가-힣]{0,4}\s*(?:[가-힣]{1,2}지\s*)?(?:않|안|없)|없음|없는|없이)|"
    r"(?:など|等|の|は|を|も|が|・|エキス|一切|\s)*(?:不使用|無添(?:加)?|ゼロ|フリー|不含|無配合|なし|(?:使用|配合|添加|含有)して(?:い|お)?(?:ない|りません|ません)|"
    r"(?:は)?(?:含ま|含み|入って|含有)(?:れて)?(?:い|お)?(?:ない|ません|りません))|"
    r"(?:成分|等|及|和|或|、|\s)*(?:无添加|零添加|未检出|不添加|未添加))",
    re.IGNORECASE,
)
# What the body makes itself is named in claims ("supports healthy testosterone levels") without being in the bottle.
CLAIM_AFTER = re.compile(
    r"^[\s\-–]*(?:levels?|production|boost\w*|support\w*|secretion|release|response|receptors?|synthesis|balance|optimi\w+|metabolism|"
    r"수치|분비|생성|부스터|촉진|활성|균형|レベル|分泌|生成|ブースト|水平|分泌|生成|受体)",
    re.IGNORECASE,
)
CLAIM_BEFORE = re.compile(
    r"\b(?:supports?|supporting|boosts?|boosting|increases?|increasing|promotes?|promoting|stimulates?|maintains?|optimi[sz]es?|raises?|"
    r"enhances?|healthy|normal|your|body'?s|blocks?|low)\s+(?:[a-z\-']+\s+){0,3}$",
    re.IGNORECASE,
)
BODY_MADE = frozenset({"KR173", "KR262", "KR170", "KR040", "KR290", "KR192", "KR193", "KR039", "KR182", "KR249"})
NEGATED = "들어 있지 않다는 표시: 실제 함유 여부 확인 필요"
_JOINT = re.compile(r"\s*(?:[,、，·・/]|및|와|과|or|and|や|和|或)\s*", re.IGNORECASE)
BLURRED = 0.9  # line score under which a denial may have lost the letters that say "no"
UNSURE_LETTER = 0.6  # line score under which a name of a single character (锂) means nothing
HEADING_LETTERS = (3, 4, 5)  # of a Korean list's heading, which the line model glues to the first item
LONG_RUN = 15
WHOLE_ITEM = 4  # letters of a Korean name that is hardly half of another item broken at the line's end
MIN_FUZZY = 6  # letters; the domain note never allows it under five
MAX_WORDS = 4  # of a name that fuzzy matching may find broken apart
PREFIX = re.compile(  # of a chemical name: what follows is a derivative, not the substance itself
    r"(?:メチル|エチル|ヒドロ|プソイド|シュード|ノル|アセチル|ヒドロキシ|アミノ|チオ|デス|抗|"
    r"메틸|에틸|노르|슈도|아세틸|하이드록시|히드록시|히드로|항|프소이도|아미노|치오|호모|데스|伪|甲基|去甲|去氢|乙酰|羟基)$"
)


@dataclass(frozen=True)
class Match:
    """One mention of a listed ingredient. ``start:end`` index the raw stream, ``boxes`` are places on the photo."""

    ingredient: Ingredient
    name: Name
    found: str
    method: str
    score: float
    effect: Effect
    start: int
    end: int
    boxes: tuple[Box, ...] = ()
    note: str = ""

    @property
    def box(self) -> Box:
        return self.boxes[0] if self.boxes else ()


@dataclass(frozen=True)
class _Hit:
    """A listed name seen at squeezed[start:end], context not yet weighed."""

    start: int
    end: int
    names: tuple[Name, ...]
    method: str  # "" is told exact from alias by the name's kind
    score: float
    unsure: bool = False


class Index:
    """The catalogue's names in the forms the search needs."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.exact: dict[str, list[Name]] = {}
        for name in catalogue.names:
            if key := t.squeeze(name.name):
                self.exact.setdefault(key, []).append(name)
        self.benign = {key for key in map(t.squeeze, catalogue.benign) if key} - self.exact.keys()
        self.covering = {key for key in self.benign if any(part in self.exact for part in _parts(key))}
        anywhere = [key for key, names in self.exact.items() if any(name.rule == "any" for name in names)]
        conditional = {row.id for row in catalogue.ingredients.values() if row.condition}
        spoilable = [k for k in anywhere if not all(name.ingredient_id in conditional for name in self.exact[k])]
        codes = [
            key for key, names in self.exact.items() if any(n.rule == "word" and re.search(r"\d", key) for n in names)
        ]
        self.confused: dict[str, str] = {}
        for key in anywhere + codes:
            if len(key) >= (3 if _all(key, t.HAN_CLASS) else 5) and (
                (confused := t.confuse(key)[0]) == key or confused not in self.exact
            ):
                self.confused.setdefault(confused, key)
        self.glued = [key for key in anywhere if key.isascii() and len(key) >= 7]
        self.fuzzy = {
            "latin": self._fuzzy(k for k in spoilable if k.isascii() and len(re.sub("[^a-z]", "", k)) >= MIN_FUZZY),
            t.HANGUL_CLASS: self._fuzzy(k for k in spoilable if len(_stem(k)) >= 4 and _all(k, t.HANGUL_CLASS)),
            t.KANA_CLASS: self._fuzzy(k for k in spoilable if len(_stem(k)) >= 5 and _all(k, t.KANA_CLASS)),
            t.HAN_CLASS: self._fuzzy(k for k in spoilable if len(_stem(k)) >= 5 and _all(k, t.HAN_CLASS)),
        }
        self.known_words = {_spelling(key) for key in self.benign | QUALIFIERS}
        self.hangul_words = {
            word
            for word in self.benign | self.exact.keys() | QUALIFIERS
            if len(word) > 1 and _all(word, t.HANGUL_CLASS)
        }
        self.hangul_by_length: dict[int, list[str]] = {}
        for word in sorted(self.hangul_words):
            self.hangul_by_length.setdefault(len(word), []).append(word)
        self.known_list = sorted(word for word in self.known_words if len(word) >= 4)

    @staticmethod
    def _fuzzy(keys: Iterable[str]) -> dict[str, str]:
        """Spelling -> key."""
        return {_spelling(key): key for key in keys}


_INDEXES: dict[tuple[object, ...], Index] = {}


def index(catalogue: Catalogue) -> Index:
    """The search index of a catalogue, built once per process."""
    key = (catalogue.folder, catalogue.list_date, len(catalogue.names), hash(catalogue.names))
    if key not in _INDEXES:
        _INDEXES[key] = Index(catalogue)
    return _INDEXES[key]


def find(lines: Sequence[Line], catalogue: Catalogue, as_of: date) -> list[Match]:
    """Every mention of an ingredient listed on ``as_of``, gravest and surest first."""
    stream = t.Stream.of_lines(lines)
    names = index(catalogue)
    label = _Label(stream, lines, names)
    hits = list(_exact(stream, names))
    hits += list(_confused(stream, names, taken=hits))
    hits += list(_glued(stream, names, taken=hits))
    harmless = list(_occurring(stream, names.benign))
    near = _fuzzy(stream, names, taken=[hit for hit in hits if not hit.unsure])
    hits += [hit for hit in near if not any(_spoken_for(hit, *span) for span in harmless)]
    covers = [span for span in harmless if stream.squeezed[slice(*span)] in names.covering]
    matches: list[Match] = []
    accepted: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start - hit.end, -hit.score)):
        if any(_inside(hit, start, end) for start, end in covers):
            continue
        if any(
            _inside(hit, other.start, other.end) and other.start - other.end < hit.start - hit.end for other in accepted
        ):
            continue
        found = [match for name in hit.names if (match := label.weigh(hit, name, catalogue, as_of))]
        if found:
            accepted.append(hit)
            matches += found
    order = list(Effect)
    matches = label.share_negation(list(_best_per_place(matches)))
    return sorted(matches, key=lambda m: (order.index(m.effect), -m.score, m.start))


def _best_per_place(matches: list[Match]) -> Iterator[Match]:
    best: dict[tuple[str, int], Match] = {}
    for match in matches:
        key = (match.ingredient.id, match.start)
        if key not in best or match.score > best[key].score:
            best[key] = match
    yield from best.values()


def _inside(hit: _Hit, start: int, end: int) -> bool:
    return start <= hit.start and hit.end <= end


def _spoken_for(hit: _Hit, start: int, end: int) -> bool:
    """Whether the harmless word at squeezed[start:end] is what a merely similar hit really is, or most of it."""
    shared = min(hit.end, end) - max(hit.start, start)
    if end - start < 3 or shared <= 0:
        return False
    inside = hit.start <= start and end <= hit.end
    return not inside or shared >= 0.6 * (hit.end - hit.start)


def _overlaps(start: int, end: int, taken: Sequence[_Hit]) -> bool:
    return any(start < hit.end and hit.start < end for hit in taken)


def _all(key: str, char_class: str) -> bool:
    return all(t.char_class(char) == char_class for char in key)


def _stem(key: str) -> str:
    """A CJK or Hangul name without words for form or part (추출물, エキス, 提取物), which say nothing about what it is."""
    return _CJK_QUALIFIERS.sub("", key)


def _spelling(key: str) -> str:
    """What fuzzy distance is counted on: letters, with camera confusions folded; Hangul as jamo."""
    return unicodedata.normalize("NFD", t.confuse(key)[0])


def _parts(key: str) -> Iterator[str]:
    """Every shorter piece of two characters and more."""
    for size in range(2, len(key)):
        for start in range(len(key) - size + 1):
            yield key[start : start + size]


def _occurrences(text: str, key: str) -> Iterator[int]:
    at = text.find(key)
    while at >= 0:
        yield at
        at = text.find(key, at + 1)


def _whole(stream: t.Stream, start: int, end: int) -> int:
    """End of the name at squeezed[start:end] if it stands there as a whole (a plural s counts to it), else 0."""
    first, last = (t.char_class(stream.raw[stream.at[i]]) for i in (start, end - 1))
    if first in (t.HANGUL_CLASS, t.KANA_CLASS) and end - start <= 3 and not stream.starts_word(start):
        return 0
    if first in (t.UPPER, t.LOWER, t.DIGIT) and not stream.starts_word(start):
        return 0
    if last in (t.HANGUL_CLASS, t.HAN_CLASS) or (last == t.KANA_CLASS and end - start > 4) or stream.ends_word(end):
        return end
    if last in (t.UPPER, t.LOWER) and stream.squeezed[end : end + 1] == "s" and stream.ends_word(end + 1):
        return end + 1
    return 0


def _exact(stream: t.Stream, names: Index) -> Iterator[_Hit]:
    for key, rows in names.exact.items():
        for start in _occurrences(stream.squeezed, key):
            end = _whole(stream, start, start + len(key))
            if (
                not end
                and len(key) in (2, 3)
                and _among_known(stream, start, start + len(key), names, sides=4 - len(key))
            ):
                end = start + len(key)
            if end:
                unsure = bool(PREFIX.search(stream.raw[: stream.at[start]][-8:]))
                yield _Hit(start, end, tuple(rows), "part" if unsure else "", 0.6 if unsure else 1.0, unsure)


def _known_before(stream: t.Stream, start: int, names: Index) -> bool:
    """Whether a Hangul word begins at ``start``: a run begins there, or a known word ends there.

    The Korean line model drops commas and spaces, so that a list comes out as one run of Hangul.
    """
    if start == 0 or stream.starts_word(start):
        return True
    left = stream.squeezed[max(0, start - 12) : start]
    if any(left[-size:] in names.hangul_words for size in range(2, len(left) + 1)):
        return True
    glued = _long_run(stream, start)  # 원재료명, misread
    return glued and any(stream.starts_word(start - size) for size in HEADING_LETTERS if size <= start)


def _long_run(stream: t.Stream, at: int) -> bool:
    """Whether squeezed[at] stands in so long a run of Hangul that it is a list or a sentence without its spaces."""
    around = stream.squeezed[max(0, at - LONG_RUN) : at + LONG_RUN]
    before, after = around[: min(at, LONG_RUN)][::-1], around[min(at, LONG_RUN) :]
    letters = [
        next((i for i, c in enumerate(part) if t.char_class(c) != t.HANGUL_CLASS), len(part))
        for part in (before, after)
    ]
    return sum(letters) >= LONG_RUN


def _among_known(stream: t.Stream, start: int, end: int, names: Index, *, sides: int) -> bool:
    """Whether squeezed[start:end] stands in a run of Hangul with known words (or the run's edge) on so many sides."""
    if not _all(stream.squeezed[start:end], t.HANGUL_CLASS):
        return False
    left, right = stream.squeezed[max(0, start - 12) : start], stream.squeezed[end : end + 12]
    after = stream.ends_word(end) or any(right[:size] in names.hangul_words for size in range(2, len(right) + 1))
    after = after or any(_nearly_known(right[:size], names) for size in range(4, len(right) + 1))
    before = _known_before(stream, start, names)
    before = before or any(_nearly_known(left[-size:], names) for size in range(4, len(left) + 1))
    return before + after >= sides


def _nearly_known(word: str, names: Index) -> bool:
    """Whether a Hangul word is a known one, a letter misread."""
    known = names.hangul_by_length.get(len(word), [])
    return bool(known) and bool(process.extractOne(word, known, scorer=Levenshtein.distance, score_cutoff=1))


def _occurring(stream: t.Stream, keys: Iterable[str]) -> Iterator[tuple[int, int]]:
    for key in keys:
        for start in _occurrences(stream.squeezed, key):
            if _whole(stream, start, start + len(key)):
                yield start, start + len(key)


def _confused(stream: t.Stream, names: Index, taken: Sequence[_Hit]) -> Iterator[_Hit]:
    folded, at = t.confuse(stream.squeezed)
    at.append(len(stream.squeezed))
    for spelling, key in names.confused.items():
        for i in _occurrences(folded, spelling):
            start, end = at[i], at[i + len(spelling)]
            if not any(hit.start <= start and end <= hit.end for hit in taken) and _whole(stream, start, end):
                word = stream.squeezed[start:end]
                if word not in names.benign:
                    yield _Hit(start, end, tuple(n for n in names.exact[key] if n.rule in ("any", "word")), "ocr", 0.95)


def _words(stream: t.Stream) -> list[tuple[int, int]]:
    """Squeezed (start, end) of each run of letters and digits."""
    words = []
    for found in re.finditer(r"[a-z0-9|!]+", stream.squeezed):
        start = found.start()
        for j in range(found.start() + 1, found.end() + 1):
            if j == found.end() or stream.at[j] > stream.at[j - 1] + 1:
                words.append((start, j))
                start = j
    return words


def _glued(stream: t.Stream, names: Index, taken: Sequence[_Hit]) -> Iterator[_Hit]:
    """A listed name inside a longer Latin word: glued to known words it counts whole, else it may be a derivative."""
    for start, end in _words(stream):
        word = stream.squeezed[start:end]
        if end - start < 9 or word in names.benign:
            continue
        inside = [(len(key), key) for key in names.glued if key in word and key != word]
        if not inside:
            continue
        key = max(inside)[1]
        i = start + word.index(key)
        if _overlaps(i, i + len(key), taken):
            continue
        rest = (word[: i - start], word[i - start + len(key) :])
        whole = all(not part or part.isdigit() or _is_known(part, names) for part in rest)
        yield _Hit(i, i + len(key), tuple(names.exact[key]), "" if whole else "part", 1.0 if whole else 0.6, not whole)


def _is_known(part: str, names: Index) -> bool:
    return len(part) >= 3 and _spelling(part) in names.known_words


def _fuzzy(stream: t.Stream, names: Index, taken: Sequence[_Hit]) -> Iterator[_Hit]:
    words = [word for word in _words(stream) if not _overlaps(*word, taken)]
    windows: dict[str, list[tuple[int, int]]] = {}
    for i, (start, _) in enumerate(words):
        for k in range(i, min(i + MAX_WORDS, len(words))):
            end = words[k][1]
            if end - start > 60 or (k > i and words[k - 1][1] != words[k][0]):
                break
            if end - start >= MIN_FUZZY - 1:
                windows.setdefault(_spelling(stream.squeezed[start:end]), []).append((start, end))
    yield from _near(windows, names, "latin", list(names.fuzzy["latin"]))
    for kind, spread in ((t.HANGUL_CLASS, 1), (t.KANA_CLASS, 1), (t.HAN_CLASS, 0)):
        by_length: dict[int, list[str]] = {}
        for spelling, key in names.fuzzy[kind].items():
            by_length.setdefault(len(key), []).append(spelling)
        runs = [(run.start(), run.end()) for run in re.finditer(RUNS[kind], stream.squeezed)]
        starts = [
            (i, stop)
            for start, stop in runs
            for i in range(start, stop)
            if kind != t.HANGUL_CLASS or _known_before(stream, i, names)
        ]
        for size in sorted({length + d for length in by_length for d in range(-spread, spread + 1)}):
            windows = {}
            for start, stop in starts:
                if 4 <= size <= stop - start and not _overlaps(start, start + size, taken):
                    window = _spelling(stream.squeezed[start : start + size])
                    windows.setdefault(window, []).append((start, start + size))
            choices = [s for d in range(-spread, spread + 1) for s in by_length.get(size + d, ())]
            yield from _near(windows, names, kind, choices)


RUNS = {t.HANGUL_CLASS: "[\uac00-\ud7a3]+", t.KANA_CLASS: "[\u30a0-\u30ff]+", t.HAN_CLASS: "[\u3400-\u9fff]+"}


def _bound(kind: str, spelling: str) -> int:
    """How many wrong letters a name of this length may have."""
    if kind == "latin":
        return 1 if len(spelling) < 10 else 2
    if kind == t.HANGUL_CLASS:
        return 1 if len(spelling) < 12 else 2
    return 1


def _near(windows: dict[str, list[tuple[int, int]]], names: Index, kind: str, choices: list[str]) -> Iterator[_Hit]:
    spellings = names.fuzzy[kind]
    if not windows or not choices:
        return
    queries = list(windows)
    distance = process.cdist(queries, choices, scorer=Levenshtein.distance, score_cutoff=2, dtype=np.uint8)
    for q, c in zip(*np.nonzero(distance <= 2), strict=True):
        query, choice, wrong = queries[q], choices[c], int(distance[q, c])
        if wrong > _bound(kind, choice) or query in names.known_words:
            continue
        if re.sub(r"\D", "", query) != re.sub(r"\D", "", choice):
            continue
        rival = process.extractOne(query, names.known_list, scorer=Levenshtein.distance, score_cutoff=wrong)
        if rival and rival[1] < max(wrong, 1):
            continue
        rows = tuple(name for name in names.exact[spellings[choice]] if name.rule == "any")
        for start, end in windows[query]:
            yield _Hit(start, end, rows, "fuzzy", round(1 - wrong / len(choice), 3), unsure=bool(rival))


class _Label:
    """One label: weighs a hit by what stands around it."""

    def __init__(self, stream: t.Stream, lines: Sequence[Line], names: Index) -> None:
        self.stream = stream
        self.names = names
        self.lines = lines
        self.has_heading = bool(HEADING.search(stream.raw))

    def weigh(self, hit: _Hit, name: Name, catalogue: Catalogue, as_of: date) -> Match | None:
        ingredient = catalogue.ingredients[name.ingredient_id]
        effect = ingredient.effect(as_of)
        start, end = self.stream.span(hit.start, hit.end)
        if effect is None or self._excluded(hit, name) or not self._fits(hit, start, end, name):
            return None
        places = list(self.stream.places(start, end))
        score = min((self.lines[line].score for line, _, _ in places), default=1.0)
        if score < UNSURE_LETTER and end - start == 1:
            return None
        note = ""
        if effect is not Effect.CLEAR:
            if self._negated(start, end):
                effect, note = Effect.CHECK, NEGATED
            elif score < BLURRED and self._reads_like_denial(start, end):
                effect, note = Effect.CHECK, "흐리게 읽힌 문장이 들어 있지 않다는 표시로 보임: 원문 확인 필요"
            elif name.ingredient_id in BODY_MADE and self._claimed(start, end):
                effect, note = Effect.CHECK, "효능 문구 속 표현: 원료로 넣었는지 확인 필요"
            elif hit.unsure:
                effect = Effect.CHECK
                note = "유도체이거나 비슷한 이름: 원문 확인 필요"
            elif name.effect:
                effect, note = Effect(name.effect), "원료 이름: 지정 성분 함유 여부 확인 필요"
            elif ingredient.condition:
                note = ingredient.condition
        return Match(
            ingredient=ingredient,
            name=name,
            found=" ".join(self.stream.raw[start:end].split()),
            method=hit.method or ("exact" if name.kind == "official" else "alias"),
            score=round(hit.score * score, 3),
            effect=effect,
            start=start,
            end=end,
            boxes=tuple(self.lines[line].part(a, b) for line, a, b in places if self.lines[line].box),
            note=note,
        )

    def share_negation(self, matches: list[Match]) -> list[Match]:
        """In "A, B 무첨가" the negation that follows B holds for A as well."""
        shared: list[Match] = []
        for match in sorted(matches, key=lambda match: -match.start):
            after = next(
                (m for m in shared if match.end <= m.start and _JOINT.fullmatch(self.stream.raw[match.end : m.start])),
                None,
            )
            if after and after.note == NEGATED and match.effect is not Effect.CLEAR:
                match = replace(match, effect=Effect.CHECK, note=NEGATED)
            shared.append(match)
        return shared

    def _excluded(self, hit: _Hit, name: Name) -> bool:
        """Whether the name stands inside one of its ``not_in`` phrases."""
        for phrase in map(t.squeeze, name.not_in):
            left = max(0, hit.start - len(phrase))
            around = self.stream.squeezed[left : hit.end + len(phrase)]
            for at in _occurrences(around, phrase):
                if left + at <= hit.start and hit.end <= left + at + len(phrase):
                    return True
        return False

    def _fits(self, hit: _Hit, start: int, end: int, name: Name) -> bool:
        if name.rule == "any":
            return True
        if name.rule == "word":
            return self._is_acronym(start, end, name)
        segment, rest, is_list = self._item(start, end)
        if (
            hit.end - hit.start > 1
            and _among_known(self.stream, hit.start, hit.end, self.names, sides=2)
            and name.rule == "item"
        ):
            glued = not (self.stream.starts_word(hit.start) and self.stream.ends_word(hit.end))
            if glued and (self.has_heading or _long_run(self.stream, hit.start)):
                return True
        if not _only_qualifiers(rest):
            left, _right = self.stream.row(start, end)  # in a denial the row speaks for itself: "센나 무첨가"
            return not self.stream.raw[left:start].strip(" ・•·-*▪●") and self._negated(start, end)
        dose = bool(t.DOSE.search(segment)) or any(t.DOSE.search(text) for text in self._beside(start))
        if name.rule == "dose":
            return dose
        return (
            dose or is_list or bool(rest.strip()) or (self.has_heading and end - start > 1) or self._negated(start, end)
        )

    def _is_acronym(self, start: int, end: int, name: Name) -> bool:
        printed = "".join(c for c in unicodedata.normalize("NFKC", self.stream.raw[start:end]) if c.isalnum())
        wanted = "".join(c for c in unicodedata.normalize("NFKC", name.name) if c.isalnum())
        if "\n" in self.stream.raw[start:end]:
            return False
        if any(c.isdigit() for c in wanted) and len(wanted) >= 4:
            return True
        if printed.upper() == wanted and sum(c.isupper() for c in printed) >= 2:  # hCG
            return True
        return printed == wanted or (printed.rstrip("s") == wanted and wanted.isupper())

    def _item(self, start: int, end: int) -> tuple[str, str, bool]:
        """The list item around raw[start:end], what it holds besides the name, and whether it is one of a list."""
        raw = self.stream.raw
        left, right = self.stream.paragraph(start, end)
        is_list = len(COMMAS.findall(raw[left:right])) >= 2
        row = self.stream.row(start, end)
        if not is_list or not COMMAS.search(raw[slice(*row)]):  # in a table each row is an item of its own
            left, right = row
        spaced = t.char_class(raw[start]) in (t.HAN_CLASS, t.KANA_CLASS)  # there a space parts items as a comma does
        separator = _SPACE_TOO if spaced else SEPARATOR
        before = raw[left:start]
        cuts = [found.end() for ends in (separator, t.DOSE, NEGATION_BEFORE) for found in ends.finditer(before)]
        before = before[max(cuts) :] if cuts else before
        after = raw[end:right]
        if NEGATION_AFTER.match(after):
            after = ""
        if dose := t.DOSE.search(after):
            after = after[: dose.end()]
        cut = (SEPARATOR if dose else separator).search(after)
        after = after[: cut.start()] if cut else after
        korean = _all(raw[start:end], t.HANGUL_CLASS)
        if is_list and korean and end - start >= WHOLE_ITEM:  # commas at line ends go lost
            before, after = before.rpartition("\n")[2], after.partition("\n")[0]
        if after == "" and cut and cut.group() in "(（[":  # silver (as colloidal silver 10 ppm)
            is_list = True
        if spaced and len([word for word in raw[left:right].split() if len(word) <= 5]) >= 3:
            is_list = True
        return before + raw[start:end] + after, before + " " + after, is_list

    def _beside(self, start: int) -> Iterator[str]:
        """Texts that stand in the same visual row, such as the dose column of a table."""
        place = next((place for place in self.stream.source[start:] if place), None)
        if not place or not self.lines[place[0]].box:
            return
        own = self.lines[place[0]]
        top, bottom = min(y for _, y in own.box), max(y for _, y in own.box)
        for line in self.lines:
            if line is not own and line.box:
                middle = sum(y for _, y in line.box) / 4
                if top < middle < bottom:
                    yield line.text

    def _negated(self, start: int, end: int) -> bool:
        raw = self.stream.raw
        left, right = self.stream.paragraph(start, end)
        row_end = self.stream.row(start, end)[1]
        if NEGATION_AFTER.match(raw[end : min(right, end + 40)].replace("\n", " ")):
            return True
        if t.DOSE.match(raw[end:row_end].lstrip(" :(")) and not re.match(
            r"[\s:(]*0\s*(?:mg|mcg|g|%)", raw[end:row_end]
        ):
            return False
        before = raw[max(left, start - 200) : start]
        cuts = [found.end() for found in re.finditer(r"[.。!?](?:\s|$)|[。！？]", before)]
        before = before[cuts[-1] :] if cuts else before
        return any(self._reaches(found.group(), before[found.end() :]) for found in NEGATION_BEFORE.finditer(before))

    def _reads_like_denial(self, start: int, end: int) -> bool:
        """Whether a blurred line seems to say "contains no X", its words misread: nearer to that than to "contains X"."""
        left, right = self.stream.row(start, end)
        after = re.match(r"\s*[이가은는을를도]([가-힣\s]{3,16}니다)", self.stream.raw[end:right])
        if after:
            said = _jamo(after[1])
            return max(fuzz.ratio(said, no) for no in _DENIED) > max(fuzz.ratio(said, yes) for yes in _AFFIRMED)
        before = re.split(SEPARATOR, self.stream.raw[left:start])[-1]
        said = " ".join(before.lower().split()[-4:])
        denied, affirmed = (max(fuzz.ratio(said, one) for one in all) for all in (_DENIED_BEFORE, _AFFIRMED_BEFORE))
        if denied >= 60 and ("not " in said or affirmed < denied):
            return True
        either = re.search(r"\b(?:or|nor)\s+$", before) or re.match(
            r"[\w\s,]{0,40}\b(?:or|nor)\b", self.stream.raw[end:right]
        )
        return bool(either) and len(before.split()) >= 2  # "... A, B or C": no list of ingredients says "or"

    @staticmethod
    def _reaches(word: str, between: str) -> bool:
        """Whether the negation ``word`` still holds after ``between``: "free of" spans a list, "no" a word or two."""
        if re.search(
            r"\b(?:but|however|only|with|plus|instead|contains?|ingredients?)\b|[|•*†]", between, re.IGNORECASE
        ):
            return False
        if "\n" in between and (HEADING.search(between) or (between.strip() and not re.search("[,、，]", between))):
            return False
        if LONG_SCOPE.search(word):
            return True
        return "," not in between and len(between.split()) <= 2

    def _claimed(self, start: int, end: int) -> bool:
        left, right = self.stream.row(start, end)
        raw = self.stream.raw
        if t.DOSE.search(raw[left:right]):
            return False
        return bool(CLAIM_AFTER.match(raw[end:right]) or CLAIM_BEFORE.search(raw[left:start]))


def _jamo(text: str) -> str:
    return unicodedata.normalize("NFD", "".join(text.split()))


_DENIED = [
    _jamo(said)
    for said in ("들어 있지 않습니다", "함유하지 않습니다", "포함하지 않습니다", "사용하지 않았습니다", "없습니다")
]
_AFFIRMED = [
    _jamo(said)
    for said in ("들어 있습니다", "함유되어 있습니다", "함유하고 있습니다", "포함되어 있습니다", "사용했습니다")
]
_DENIED_BEFORE = (
    "does not contain",
    "do not contain",
    "contains no",
    "not containing",
    "without",
    "free from",
    "free of",
)
_AFFIRMED_BEFORE = (
    "contains",
    "containing",
    "contains less than 2% of",
    "may contain",
    "made with",
    "ingredients",
    "active ingredients",
    "supplement facts",
)
_SPACE_TOO = re.compile(rf"{SEPARATOR.pattern}|\s")
_NUMBER = re.compile(r"[\d.,:/%~\-]+(?:mg|mcg|µg|μg|ug|g|iu|ml|ppm|x)?", re.IGNORECASE)
_CJK_QUALIFIERS = re.compile(
    "|".join(sorted((re.escape(word) for word in QUALIFIERS if not word.isascii()), key=len, reverse=True))
)


def _only_qualifiers(rest: str) -> bool:
    """Whether what an item holds besides the name only says form, part, origin or amount."""
    rest = _NUMBER.sub(" ", unicodedata.normalize("NFKC", rest).lower())
    rest = _CJK_QUALIFIERS.sub(" ", rest)
    return all(
        word.strip("-'") in QUALIFIERS or not word.strip("-'") for word in re.findall(r"[^\W_]+(?:['-][^\W_]+)*", rest)
    )


def strongest(matches: Sequence[Match]) -> list[Match]:
    """One match an ingredient: its gravest mention, all its boxes kept; a plain mention outweighs a negated one."""
    best: dict[str, Match] = {}
    for match in matches:  # already gravest first
        known = best.get(match.ingredient.id)
        best[match.ingredient.id] = replace(known, boxes=known.boxes + match.boxes) if known else match
    return list(best.values())
