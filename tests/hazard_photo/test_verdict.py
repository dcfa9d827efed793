"""One verdict from what was read, in the order of the domain note, each with its law."""

from collections.abc import Sequence
from datetime import date

import pytest

from lib.entries.hazard_photo import catalogue, match, verdict
from lib.entries.hazard_photo.catalogue import SHIPPED, Product
from lib.entries.hazard_photo.match import Match
from lib.entries.hazard_photo.ocr import Line, Reading
from lib.entries.hazard_photo.photo import Quality
from lib.entries.hazard_photo.verdict import Ground, Verdict

TODAY = date(2026, 11, 22)
LISTED = catalogue.load(SHIPPED)
NARCOTIC = "Kratom (Mitragyna speciosa) powder 100 g"
BLOCKED = "Melatonin 5 mg"
CONDITIONAL = "Ingredients: roasted hemp seed, salt"
HARMLESS = "Ingredients: ascorbic acid, cellulose, rice flour"


def seen(*problems: str, hopeless: bool = False) -> Quality:
    """The quality check's word on the photo."""
    return Quality(150.0, 50.0, 150.0, 100.0, 200.0, 120.0, problems, hopeless)


SHARP = seen()
PROVEN = LISTED.products[0]


def lines(texts: Sequence[str], score: float = 0.95) -> tuple[Line, ...]:
    return tuple(
        Line(words, score, ((0, 40 * i), (14 * len(words), 40 * i), (14 * len(words), 40 * i + 24), (0, 40 * i + 24)))
        for i, words in enumerate(texts)
    )


def grounds(
    *texts: str,
    score: float = 0.95,
    quantity: int | None = None,
    quality: Quality | None = SHARP,
    products: Sequence[tuple[Product, bool]] = (),
) -> list[Ground]:
    read = lines(texts, score)
    found: list[Match] = match.strongest(match.find(read, LISTED, TODAY))
    return verdict.grounds(Reading(read, "none", 0, 0.0), found, products, quality, quantity)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((NARCOTIC, BLOCKED, CONDITIONAL, "Rx only"), Verdict.NARCOTIC),
        ((BLOCKED, CONDITIONAL, "Rx only"), Verdict.BLOCK),
        ((CONDITIONAL, HARMLESS), Verdict.CHECK),
        ((HARMLESS, "Rx only"), Verdict.CHECK),
        (("Vit C",), Verdict.UNREADABLE),
        ((HARMLESS,), Verdict.CLEAR),
    ],
    ids=lambda value: value if isinstance(value, Verdict) else None,
)
def test_the_gravest_ground_decides(texts: tuple[str, ...], expected: Verdict) -> None:
    """Whatever order the words stand in; graver grounds come first, none is dropped."""
    for order in (texts, texts[::-1]):
        found = grounds(*order, quantity=None)
        assert found[0].verdict is expected
        ranks = [list(Verdict).index(ground.verdict) for ground in found]
        assert ranks == sorted(ranks)


def test_verdicts_stand_in_the_order_of_the_domain_note() -> None:
    assert [v.value for v in Verdict] == ["narcotic", "block", "check", "unreadable", "clear"]


def test_every_ground_is_told_not_only_the_gravest() -> None:
    found = grounds(NARCOTIC, BLOCKED, "Rx only", quantity=7)
    assert [ground.verdict for ground in found] == [Verdict.NARCOTIC, Verdict.BLOCK, Verdict.CHECK, Verdict.CHECK]
    assert {"medicine_mark", "quantity"} <= {ground.code for ground in found}


@pytest.mark.parametrize(("bottles", "asked"), [(None, False), (1, False), (6, False), (7, True), (100, True)])
def test_more_than_six_bottles_are_checked(bottles: int | None, asked: bool) -> None:
    found = grounds(HARMLESS, quantity=bottles)
    assert found[0].verdict is (Verdict.CHECK if asked else Verdict.CLEAR)
    if asked:
        assert f"{bottles}개" in found[0].text
        assert "6병" in found[0].text
        assert "자가사용" in found[0].legal_basis


@pytest.mark.parametrize(
    "mark",
    ["Rx only", "RX ONLY", "Drug Facts", "NDC 12345-678-90", "第2類医薬品", "第②類医薬品", "医薬部外品", "国药准字H20053012",
     "전문의약품", "일반의약품", "의사의 처방", "处方药"],
)  # fmt: skip
def test_medicine_mark_is_checked(mark: str) -> None:
    found = grounds(HARMLESS, mark)
    assert [ground.code for ground in found] == ["medicine_mark"]
    assert found[0].verdict is Verdict.CHECK
    assert found[0].legal_basis
    assert found[0].line == 1


@pytest.mark.parametrize(
    "words",
    [
        "본 제품은 의약품이 아닙니다",
        "질병의 예방 및 치료를 위한 의약품이 아닙니다",
        "본 제품은 전문의약품이 아닙니다",
        "이 제품은 일반의약품이 아니며 건강기능식품입니다",
        "本品は医薬品ではありません",
        "本产品不是药品，不能代替药物",
        "본 제품은 처방전이 필요 없습니다",
        "This product is not a prescription drug",
    ],
)
def test_denied_medicine_mark_is_none(words: str) -> None:
    assert grounds(HARMLESS, words)[0].verdict is Verdict.CLEAR


@pytest.mark.parametrize(
    ("texts", "score", "quality", "code"),
    [
        ((), 0.95, SHARP, "no_text"),
        (("-- ** 12",), 0.95, SHARP, "no_text"),
        ((HARMLESS,), 0.5, SHARP, "poor_text"),
        ((HARMLESS,), 0.7, seen("사진이 흐립니다."), "poor_text"),
        ((HARMLESS,), 0.95, seen("사진이 너무 작습니다.", hopeless=True), "photo"),
    ],
)  # fmt: skip
def test_unreadable_is_never_called_clear(texts: tuple[str, ...], score: float, quality: Quality, code: str) -> None:
    found = grounds(*texts, score=score, quality=quality)
    assert [(ground.verdict, ground.code) for ground in found] == [(Verdict.UNREADABLE, code)]
    assert "44조의6" in found[0].legal_basis


def test_a_poor_photo_does_not_hide_what_was_read() -> None:
    found = grounds(BLOCKED, score=0.45, quality=seen("사진이 흐립니다.", hopeless=True))
    assert found[0].verdict is Verdict.BLOCK


def test_text_hardly_seen_is_never_called_clear_and_hides_nothing() -> None:
    def told(words: str) -> Ground:
        read = lines((words,))
        found = match.strongest(match.find(read, LISTED, TODAY))
        return verdict.grounds(Reading(read, "none", 0, 0.0, faint=0.02), found, (), SHARP, None)[0]

    assert (told(HARMLESS).verdict, told(HARMLESS).code) == (Verdict.UNREADABLE, "faint_text")
    assert told(BLOCKED).verdict is Verdict.BLOCK


def test_clear_is_never_worded_safe() -> None:
    assert Verdict.CLEAR.label == "목록에 없음"
    for text in (Verdict.CLEAR.label, grounds(HARMLESS)[0].text):
        assert not any(word in text for word in ("안전", "적합", "통관 가능", "이상 없음", "문제없"))
    assert "통관 가능 판정이 아니므로" in Verdict.CLEAR.next_step
    assert all(v.label and v.next_step for v in Verdict)
    assert len({v.label for v in Verdict}) == len(Verdict)


@pytest.mark.parametrize("row", LISTED.designated(TODAY)[::9], ids=lambda row: row.id)
def test_what_holds_goods_back_names_its_law(row: catalogue.Ingredient) -> None:
    name = next(name for name in LISTED.names if name.ingredient_id == row.id)
    effect = row.effect(TODAY)
    assert effect is not None
    found = Match(row, name, name.name, "exact", 1.0, effect, 0, 1)
    ground = verdict.grounds(Reading(lines([HARMLESS]), "none", 0, 0.0), [found], (), SHARP, None)[0]
    assert ground.verdict.value == effect.value
    assert "제25조의3" in ground.legal_basis
    assert f"제44조의3제1항제{row.ground}호" in ground.legal_basis
    assert row.name_ko in ground.text
    assert str(row.designated_on) in ground.text
    if ground.verdict is Verdict.NARCOTIC:
        assert "제234조의2" in ground.legal_basis
    elif ground.verdict is Verdict.BLOCK:
        assert "제237조제1항제3호·제4호의2" in ground.legal_basis


def test_reference_rows_do_not_claim_the_official_list() -> None:
    for row in LISTED.ingredients.values():
        if row.status != "reference" or row.verdict is catalogue.Effect.CLEAR:
            continue
        name = catalogue.Name(row.id, row.name_ko, "ko", "official", "any", "", ())
        found = Match(row, name, row.name_ko, "exact", 1.0, row.verdict, 0, 1)
        ground = verdict.grounds(Reading(lines([HARMLESS]), "none", 0, 0.0), [found], (), SHARP, None)[0]
        assert "목록 외" in ground.text
        assert "제25조의3" not in ground.legal_basis
        assert ground.legal_basis


def test_blocked_product_by_barcode_or_name() -> None:
    other_side = lines(["Best before 2027-04", "Store in a cool dry place"])
    assert verdict.blocked_products(LISTED, PROVEN.barcodes[0], other_side, TODAY) == [(PROVEN, True)]
    assert verdict.blocked_products(LISTED, "0000000000000", other_side, TODAY) == []
    named = lines([PROVEN.name.upper()])
    assert verdict.blocked_products(LISTED, None, named, TODAY) == [(PROVEN, False)]
    assert verdict.blocked_products(LISTED, None, lines([PROVEN.name, PROVEN.maker]), TODAY) == [(PROVEN, True)]
    assert PROVEN.starts_on is not None
    before = date.fromordinal(PROVEN.starts_on.toordinal() - 1)
    assert verdict.blocked_products(LISTED, PROVEN.barcodes[0], other_side, before) == []


def test_proven_product_blocks_and_a_like_named_one_is_checked() -> None:
    assert grounds(HARMLESS, products=[(PROVEN, True)])[0].verdict is Verdict.BLOCK
    found = grounds(HARMLESS, products=[(PROVEN, False)])[0]
    assert found.verdict is Verdict.CHECK
    assert "237조" in found.legal_basis
