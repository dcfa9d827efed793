"""From what was read to one verdict, in the order the domain note fixes, with its grounds and the next step.

Legal sources: 관세법 제226조·제234조의2·제237조제1항제3호 및 제4호의2, 수입식품안전관리 특별법 제25조의3, 같은 법 시행규칙
제44조의3제1항, 마약류 관리에 관한 법률, 관세청 자가사용 인정기준(건강기능식품·의약품 6병).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lib.entries.hazard_photo import text as t
from lib.entries.hazard_photo.catalogue import Catalogue, Effect, Product
from lib.entries.hazard_photo.match import Match
from lib.entries.hazard_photo.ocr import Line, Reading
from lib.entries.hazard_photo.photo import Quality

SELF_USE_BOTTLES = 6


class Verdict(StrEnum):
    """Gravest first; the label is what the officer reads."""

    NARCOTIC = "narcotic"
    BLOCK = "block"
    CHECK = "check"
    UNREADABLE = "unreadable"
    CLEAR = "clear"

    @property
    def label(self) -> str:
        return _LABELS[self][0]

    @property
    def next_step(self) -> str:
        return _LABELS[self][1]


_LABELS = {
    Verdict.NARCOTIC: (
        "통관금지·보고",
        "물품을 분리 보관하고 즉시 마약 조사 부서에 보고하십시오. 개봉하거나 맛·냄새를 확인하지 마십시오.",
    ),
    Verdict.BLOCK: (
        "통관보류(반입차단)",
        "통관을 보류하고 수입자에게 보류 사유를 통지한 뒤, 현품의 성분표시와 대조하십시오.",
    ),
    Verdict.CHECK: (
        "확인필요",
        "아래 사유별로 성분표·증명서·수량을 확인한 뒤 처리하십시오. 확인 전에는 통관시키지 마십시오.",
    ),
    Verdict.UNREADABLE: (
        "재촬영·현품검사",
        "성분표가 화면에 가득 차도록 밝은 곳에서 다시 촬영하십시오. 그래도 읽히지 않으면 현품을 검사하십시오.",
    ),
    Verdict.CLEAR: (
        "목록에 없음",
        "읽은 글자에서는 반입차단 성분이 나오지 않았습니다. 통관 가능 판정이 아니므로 다른 면의 성분표와 일반 요건을 확인하십시오.",
    ),
}

MEDICINE_MARKS = re.compile(
    r"\bRx\s*only\b|\bprescription\s+(?:only|drug)\b|\bby prescription\b|\bdrug\s+facts\b|\bNDC\s*:?\s*\d{4,5}-\d{3,4}-\d{1,2}\b|"
    r"第\s*[1-3１-３①②③]\s*類\s*医薬品|(?:一般用|医療用|要指導|指定)医薬品|医薬部外品|処方箋医薬品|処方せん|国药准字|國藥準字|"
    r"\bOTC\b(?=.{0,12}(?:甲|乙|药))|处方药|處方藥|非处方药|衛部藥|衛署藥|전문의약품|일반의약품|의사의?\s*처방|처방전|"
    r"\bactive ingredients?\b(?=[^\n]{0,60}\bpurpose)|\bpharmacy\s+(?:only\s+)?medicine\b|\bPOM\b",
    re.IGNORECASE,
)
_NOT_MEDICINE = re.compile(r"^.{0,4}(?:아닙니다|아니|아님|아닌)|^.{0,3}(?:では|じゃ)(?:ありません|ない)|필요\s*없")
_NOT_BEFORE = re.compile(r"(?:\bnot\s+(?:a|an|for)?\s*|\bno\s+|不是|并非|非)$", re.IGNORECASE)


@dataclass(frozen=True)
class Ground:
    """One reason of a verdict: what was seen (``text``), the law, and the matches or lines it rests on."""

    verdict: Verdict
    code: str
    text: str
    legal_basis: str
    match: Match | None = None
    line: int | None = None


def grounds(
    reading: Reading,
    matches: Sequence[Match],
    products: Sequence[tuple[Product, bool]],
    quality: Quality | None,
    quantity: int | None,
) -> list[Ground]:
    """Every ground that applies, in the order of the verdict they lead to. Never empty: the last says nothing was found.

    ``products``: blocked products and whether barcode (or name and maker) proves them; ``quantity``: bottles or boxes.
    """
    found = [_of_match(match) for match in matches if match.effect is not Effect.CLEAR]
    found += [_of_product(product, sure) for product, sure in products]
    found += _medicine_marks(reading.lines)
    if quantity is not None and quantity > SELF_USE_BOTTLES:
        found.append(
            Ground(
                Verdict.CHECK,
                "quantity",
                f"수량 {quantity}개: 건강기능식품·의약품 자가사용 인정기준({SELF_USE_BOTTLES}병)을 넘어 요건확인 대상입니다.",
                "관세법 제226조, 자가사용 인정기준",
            )
        )
    if not found:
        found += _unreadable(reading, quality)
    if not found:
        found.append(Ground(Verdict.CLEAR, "not_listed", "읽은 글자에서 반입차단 목록의 성분명을 찾지 못했습니다.", ""))
    order = list(Verdict)
    return sorted(found, key=lambda ground: order.index(ground.verdict))


def _of_match(match: Match) -> Ground:
    row = match.ingredient
    verdict = Verdict(match.effect.value)
    named = f"{row.name_ko}({row.name_en})" if row.name_en and row.name_en != row.name_ko else row.name_ko
    if row.status == "reference":
        kind = f"{named}: {row.subclass}, 반입차단 목록 외 참고 성분"
        basis = {
            Verdict.NARCOTIC: "관세법 제234조의2·제237조제1항, 마약류 관리에 관한 법률",
            Verdict.CHECK: "관세법 제226조, 자가사용 인정기준"
            if "CITES" not in row.subclass
            else "관세법 제226조, 야생생물 보호 및 관리에 관한 법률 제16조(CITES)",
        }.get(verdict, "관세법 제226조")
    else:
        day = f", {row.designated_on:%Y-%m-%d} 지정" if row.designated_on else ""
        number = f"제{row.ground}호" if row.ground else ""
        kind = f"{named}: 반입차단 {f'{row.ground}호' if row.ground else '지정'}({row.subclass}){day}"
        basis = f"수입식품안전관리 특별법 제25조의3, 시행규칙 제44조의3제1항{number}"
        if verdict is Verdict.NARCOTIC:
            basis += ", 관세법 제234조의2·제237조제1항"
        elif verdict is Verdict.BLOCK:
            basis += ", 관세법 제237조제1항제3호·제4호의2"
    text = f"{kind}{' — ' + match.note if match.note else ''}"
    return Ground(verdict, f"ingredient:{row.id}", text, basis, match)


def _of_product(product: Product, sure: bool) -> Ground:
    maker = f"{product.maker}({product.country})" if product.country else product.maker
    how = "바코드 또는 제품명·제조사가 일치" if sure else "제품명이 일치(제조사·바코드 확인 필요)"
    return Ground(
        Verdict.BLOCK if sure else Verdict.CHECK,
        f"product:{product.id}",
        f"해외직구 위해식품 차단 제품 「{product.name}」, {maker}: {how}",
        "수입식품안전관리 특별법 제25조의3, 관세법 제237조제1항제3호·제4호의2",
    )


def _medicine_marks(lines: Sequence[Line]) -> list[Ground]:
    for i, line in enumerate(lines):
        found = MEDICINE_MARKS.search(line.text)
        if not found:
            continue
        before, after = line.text[: found.start()], line.text[found.end() : found.end() + 14]
        if not _NOT_MEDICINE.search(after) and not _NOT_BEFORE.search(before):
            return [
                Ground(
                    Verdict.CHECK,
                    "medicine_mark",
                    f"의약품 표시 「{found.group().strip()}」: 의약품 기준(자가사용 {SELF_USE_BOTTLES}병, 처방전 등)을 확인하십시오.",
                    "관세법 제226조, 자가사용 인정기준",
                    line=i,
                )
            ]
    return []


MIN_LETTERS = 12
MIN_SCORE = (
    0.8  # mean line score under which a label without a match is not called clear (readable labels: .88 and above)
)
DOUBTFUL_SCORE, DOUBTFUL_LOST = 0.9, 0.03  # nor where both are worse than this
POOR_PHOTO_SCORE = 0.95  # nor under this where the photo itself is dark, blurred or small
UNSURE_LINE, LINE_LETTERS = 0.75, 12  # a line of this many letters read worse than this may hide a name
MAX_UNSURE = 0.09  # share of the letters in such lines (clear and mild labels without a match: 1 in 50 above)
MAX_LOST = 0.15  # share of the text seen that could not be read (readable labels: under .04)
MAX_FAINT = 0.0045  # likewise of text hardly seen (clear and mild labels: under .0035)
DOUBTFUL_FAINT = 0.002  # likewise where what was read is unsure too


def _unreadable(reading: Reading, quality: Quality | None) -> list[Ground]:
    letters = sum(char.isalnum() for line in reading.lines for char in line.text)
    basis = "수입식품안전관리 특별법 시행규칙 제44조의6(표시사항 확인 검사)"
    if quality and quality.hopeless:
        return [Ground(Verdict.UNREADABLE, "photo", " ".join(quality.problems), basis)]
    if letters < MIN_LETTERS:
        return [Ground(Verdict.UNREADABLE, "no_text", "사진에서 판정할 만한 글자를 읽지 못했습니다.", basis)]
    doubtful = reading.score < DOUBTFUL_SCORE and reading.lost >= DOUBTFUL_LOST
    doubtful |= reading.score < POOR_PHOTO_SCORE and quality is not None and bool(quality.problems)
    unsure = sum(
        len(line.text) for line in reading.lines if line.score < UNSURE_LINE and len(line.text) >= LINE_LETTERS
    )
    doubtful |= unsure >= MAX_UNSURE * sum(len(line.text) for line in reading.lines)
    if reading.score < MIN_SCORE or reading.lost >= MAX_LOST or doubtful:
        return [
            Ground(
                Verdict.UNREADABLE,
                "poor_text",
                f"글자가 또렷하지 않아(읽기 신뢰도 {reading.score:.0%}, 못 읽은 글자 {reading.lost:.0%}) 성분명을 놓칠 수 "
                "있습니다.",
                basis,
            )
        ]
    if reading.faint >= MAX_FAINT or (reading.faint >= DOUBTFUL_FAINT and reading.score < POOR_PHOTO_SCORE):
        return [
            Ground(
                Verdict.UNREADABLE,
                "faint_text",
                "글자로 보이지만 너무 작거나 흐려 읽지 못한 부분이 있습니다. 성분표에 더 가까이 대고 다시 촬영하십시오.",
                basis,
            )
        ]
    remaining = [i for i, line in enumerate(reading.lines) if line in reading.washed_out]
    if remaining:
        where = reading.lines[remaining[0]].text
        return [
            Ground(
                Verdict.UNREADABLE,
                "glare",
                f"빛 반사로 글자가 끊긴 줄이 {len(remaining)}개 있습니다(「{where}」 등). 반사를 피해 각도를 바꾸어 다시 촬영하십시오.",
                basis,
                line=remaining[0],
            )
        ]
    return []


def blocked_products(
    catalogue: Catalogue, barcode: str | None, lines: Sequence[Line], as_of: date
) -> list[tuple[Product, bool]]:
    """Products of the official list on this photo, and whether it is proven (barcode, or name with maker)."""
    seen = t.squeeze(" ".join(line.text for line in lines))
    found = []
    for product in catalogue.products:
        if not product.blocked(as_of):
            continue
        if barcode and barcode in product.barcodes:
            found.append((product, True))
            continue
        name = t.squeeze(product.name)
        if len(name) >= 8 and name in seen:
            maker = t.squeeze(product.maker)
            found.append((product, len(maker) >= 4 and maker in seen))
    return found
