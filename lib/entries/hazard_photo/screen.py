"""One way in for the page, the command line and the tests: photos in, judgements (and Findings) out."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher
from typing import Any

import numpy as np

from lib.casework import Outcome, Status
from lib.entries.hazard_photo import barcode, catalogue, glare, match, ocr, verdict
from lib.entries.hazard_photo.catalogue import Catalogue, Effect, Product
from lib.entries.hazard_photo.match import Match
from lib.entries.hazard_photo.ocr import Line, Reader, Reading
from lib.entries.hazard_photo.photo import Photo, PhotoError, Quality, decode, quality
from lib.entries.hazard_photo.verdict import Ground, Verdict
from lib.screening import Evidence, Finding, Reason

ENTRY = "hazard_photo"
OUTCOMES = (
    Outcome("reported", "통관금지·보고", Status.ACTION),
    Outcome("held", "통관보류(반입차단)", Status.ACTION),
    Outcome("inspect", "현품검사·요건확인 의뢰", Status.ACTION),
    Outcome("returned", "반송·폐기"),
    Outcome("passed", "차단 사유 없음"),
)
ADVISED = {  # the decision that follows from a verdict, offered first
    Verdict.NARCOTIC: "reported",
    Verdict.BLOCK: "held",
    Verdict.CHECK: "inspect",
    Verdict.UNREADABLE: "inspect",
    Verdict.CLEAR: "passed",
}


@dataclass(frozen=True)
class Seconds:
    """Wall time of each step: receiving (decoding), reading (barcode and text), judging."""

    receive: float
    read: float
    judge: float

    @property
    def total(self) -> float:
        return self.receive + self.read + self.judge


@dataclass(frozen=True)
class Judgement:
    """All there is to say about one photo. ``matches``: one an ingredient, released ones included."""

    photo: Photo
    quality: Quality
    reading: Reading
    barcode: str | None
    matches: tuple[Match, ...]
    products: tuple[tuple[Product, bool], ...]
    grounds: tuple[Ground, ...]
    quantity: int | None
    as_of: date
    list_date: date
    seconds: Seconds
    corrected: bool = False

    @property
    def verdict(self) -> Verdict:
        return self.grounds[0].verdict


def judge(
    photo: Photo,
    *,
    listed: Catalogue | None = None,
    reader: Reader | None = None,
    as_of: date | None = None,
    quantity: int | None = None,
    receive: float = 0.0,
) -> Judgement:
    """Read and judge one photo as of a day (default today). ``receive``: seconds its decoding took."""
    listed = listed or catalogue.load()
    reader = reader or ocr.reader()
    started = time.perf_counter()
    seen = quality(photo)
    code = barcode.read(photo.pixels)
    reading = reader.read(photo.pixels)
    reading = replace(reading, washed_out=glare.washed_out(photo.pixels, reading.lines))
    seconds = Seconds(receive, time.perf_counter() - started, 0.0)
    return _conclude(photo, seen, reading, code, listed, as_of or date.today(), quantity, seconds)


def judge_bytes(data: bytes, name: str, **options: Any) -> Judgement:
    """Decode, read and judge. Raises ``PhotoError`` (a Korean sentence) when the bytes are no usable photo."""
    started = time.perf_counter()
    photo = decode(data, name)
    return judge(photo, receive=time.perf_counter() - started, **options)


@dataclass(frozen=True)
class Pictured:
    """A judgement without its pixels, and the pictures made while they were at hand: the marked photo and the enlarged
    words by box (JPEG). ``lacks``: what the engine cannot read, in Korean, or "".
    """

    judgement: Judgement
    marked: bytes
    crops: dict[match.Box, bytes]
    lacks: str


def pictured(data: bytes, name: str, **options: Any) -> Pictured:
    """``judge_bytes`` for a page: what it shows and can keep. Raises ``PhotoError``, ``EngineMissing`` (Korean)."""
    from lib.entries.hazard_photo import marking

    full = judge_bytes(data, name, reader=(reader := ocr.reader()), **options)
    crops = {one.box: marking.enlarged(full, one.box) for one in full.matches if one.box}
    return Pictured(light(full), marking.marked(full), crops, reader.lacks)


def ready() -> None:
    """Load all that ``pictured`` needs. Raises ``EngineMissing`` (Korean)."""
    from lib.entries.hazard_photo import marking  # noqa: F401

    match.index(catalogue.load())
    ocr.reader()


def again(
    judgement: Judgement, *, text: str | None = None, listed: Catalogue | None = None, **changed: Any
) -> Judgement:
    """Judge again without reading again: with the officer's ``text`` (one line a row), another quantity or day.

    Lines the officer left alone keep their place on the photo and their score; new lines have no place.
    """
    judgement = replace(judgement, **changed)
    reading = judgement.reading
    corrected = judgement.corrected
    if text is not None and text.splitlines() != [line.text for line in reading.lines]:
        reading = replace(reading, lines=tuple(_edited(reading.lines, text.splitlines(), judgement.photo.size)))
        corrected = True
    done = _conclude(
        judgement.photo,
        judgement.quality,
        reading,
        judgement.barcode,
        listed or catalogue.load(),
        judgement.as_of,
        judgement.quantity,
        judgement.seconds,
    )
    return replace(done, corrected=corrected)


def _edited(lines: Sequence[Line], texts: list[str], size: tuple[int, int]) -> Iterator[Line]:
    width, below = float(size[0]), float(size[1])
    same = SequenceMatcher(a=[line.text for line in lines], b=texts, autojunk=False)
    for kind, a0, a1, b0, b1 in same.get_opcodes():
        if kind == "equal":
            yield from lines[a0:a1]
            continue
        for i, text in enumerate(text for text in texts[b0:b1] if text.strip()):
            if kind == "replace" and a0 + i < a1:
                yield replace(lines[a0 + i], text=text, score=1.0)
            else:  # a line the camera missed: below the photo, in a paragraph of its own
                below += 60
                yield Line(text, 1.0, ((0.0, below), (width, below), (width, below + 20), (0.0, below + 20)))


def light(judgement: Judgement) -> Judgement:
    """The judgement without its pixels, for keeping many of them."""
    return replace(judgement, photo=replace(judgement.photo, pixels=np.zeros((1, 1, 3), dtype=np.uint8)))


def _conclude(
    photo: Photo,
    seen: Quality,
    reading: Reading,
    code: str | None,
    listed: Catalogue,
    as_of: date,
    quantity: int | None,
    seconds: Seconds,
) -> Judgement:
    started = time.perf_counter()
    matches = match.strongest(match.find(reading.lines, listed, as_of))
    products = verdict.blocked_products(listed, code, reading.lines, as_of)
    grounds = verdict.grounds(reading, matches, products, seen, quantity)
    return Judgement(
        photo=photo,
        quality=seen,
        reading=reading,
        barcode=code,
        matches=tuple(matches),
        products=tuple(products),
        grounds=tuple(grounds),
        quantity=quantity,
        as_of=as_of,
        list_date=listed.list_date,
        seconds=replace(seconds, judge=time.perf_counter() - started),
    )


def screen(photos: Iterable[tuple[str, bytes]], **options: Any) -> Iterator[tuple[str, Judgement | PhotoError]]:
    """Judge many photos one after the other; a photo that cannot be used yields its error, the rest go on."""
    for name, data in photos:
        try:
            yield name, judge_bytes(data, name, **options)
        except PhotoError as error:
            yield name, error


def finding(judgement: Judgement) -> Finding:
    """The judgement as the case book keeps it: subject is the photo's hash, evidence the words on the photo."""
    return Finding(
        entry=ENTRY,
        subject=judgement.photo.sha256,
        title=_title(judgement),
        grade=judgement.verdict.value,
        reasons=tuple(_reason(judgement, ground) for ground in judgement.grounds),
        facts=facts(judgement),
    )


def _title(judgement: Judgement) -> str:
    named = [m.ingredient.name_ko for m in judgement.matches if m.effect is not Effect.CLEAR]
    named += [product.name for product, _ in judgement.products]
    what = ", ".join(named[:3]) + (f" 외 {len(named) - 3}건" if len(named) > 3 else "")
    return f"{judgement.verdict.label}: {what}" if what else judgement.verdict.label


def _reason(judgement: Judgement, ground: Ground) -> Reason:
    source = f"photo:{judgement.photo.sha256}"
    if ground.match:
        detail = {"found": ground.match.found, "method": ground.match.method, "score": ground.match.score}
        places = ground.match.boxes or ((),)
        evidence = tuple(Evidence(source, str(i), {**detail, "box": box}) for i, box in enumerate(places))
    elif ground.line is not None:
        line = judgement.reading.lines[ground.line]
        evidence = (Evidence(source, str(ground.line), {"found": line.text, "box": line.box}),)
    else:
        evidence = (Evidence(source, "photo", {"barcode": judgement.barcode or ""}),)
    return Reason(ground.code, ground.text, evidence, ground.legal_basis)


def facts(judgement: Judgement) -> dict[str, Any]:
    """The record the domain note asks for, without the photo's pixels."""
    return {
        "photo": judgement.photo.name,
        "sha256": judgement.photo.sha256,
        "verdict": judgement.verdict.value,
        "barcode": judgement.barcode,
        "quantity": judgement.quantity,
        "text": [{"text": line.text, "score": round(line.score, 3)} for line in judgement.reading.lines],
        "engine": judgement.reading.engine,
        "corrected": judgement.corrected,
        "matches": [
            {
                **_match_json(m),
                "ground": m.ingredient.ground,
                "designated_on": m.ingredient.designated_on.isoformat() if m.ingredient.designated_on else None,
                "effect": m.effect.value,
                "note": m.note,
            }
            for m in judgement.matches
        ],
        "as_of": judgement.as_of.isoformat(),
        "list_date": judgement.list_date.isoformat(),
        "seconds": round(judgement.seconds.total, 2),
    }


def as_json(judgement: Judgement, photo: str) -> dict[str, Any]:
    """One line of ``python -m lib judge --json``. Released ingredients are no match."""
    return {
        "photo": photo,
        "verdict": judgement.verdict.value,
        "matches": [_match_json(m) for m in judgement.matches if m.effect is not Effect.CLEAR],
        "barcode": judgement.barcode,
        "text": [line.text for line in judgement.reading.lines],
        "seconds": {
            "receive": round(judgement.seconds.receive, 3),
            "read": round(judgement.seconds.read, 3),
            "judge": round(judgement.seconds.judge, 3),
            "total": round(judgement.seconds.total, 3),
        },
    }


def _match_json(found: Match) -> dict[str, Any]:
    return {
        "ingredient_id": found.ingredient.id,
        "name_ko": found.ingredient.name_ko,
        "name_en": found.ingredient.name_en,
        "found": found.found,
        "method": found.method,
        "score": found.score,
        "box": [[round(x, 1), round(y, 1)] for x, y in found.box],
    }
