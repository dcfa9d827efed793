"""What ``make bench`` measures of hazard_photo, and the model card it writes.

Our own rendered labels (seed apart from the one used while developing), real photos where ../shared has them, warm time
and peak memory at 12 megapixels, and the reading engines side by side in the same run.
"""

import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import typer
from rapidfuzz import fuzz

from lib.entries.hazard_photo import catalogue, demo, ocr, screen
from lib.entries.hazard_photo.photo import decode
from lib.settings import MODELS, ROOT

SEED = 20261126
DEVELOPED_ON = (5, 6, 7, 8, 31, 32, 20260630, 20261122, 20261123, 20261124, 20261125)
PHOTOS = ROOT.parent / "shared" / "photos"
GRAVE = {"narcotic", "block"}
NAMES = {"en": "영어", "ja": "일본어", "zh": "중국어", "ko": "한국어", "en+ko": "영어+한국어", "en+ja": "영어+일본어"}
DISTORTIONS = {"clear": "선명", "mild": "약한 왜곡", "hard": "심한 왜곡"}


def main(n: int = 216, engines: int = 12, large: int = 24) -> None:
    """Measure and write ``models/hazard_photo.json`` and ``.md``. ``engines``, ``large``: labels for those two parts."""
    reader, listed = ocr.Embedded(), catalogue.load()
    rows, kept = rendered(n, reader, listed)
    speed = at_12_megapixels(kept[:large], reader, listed)
    peak = peak_memory(kept[:large])
    photos = real_photos(reader)
    side_by_side = compare(kept[:engines], reader)
    card = make_card(rows, speed, peak, photos, side_by_side)
    (MODELS / "hazard_photo.json").write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (MODELS / "hazard_photo.md").write_text(as_markdown(card), encoding="utf-8")
    print(as_markdown(card))


def rendered(n: int, reader: ocr.Reader, listed: catalogue.Catalogue) -> tuple[list[dict[str, Any]], list[demo.Label]]:
    rows, kept = [], []
    for i, label in enumerate(demo.labels(n, seed=SEED)):
        judged = screen.judge_bytes(
            _jpeg(label.image), label.name, reader=reader, listed=listed, as_of=date(2026, 11, 22)
        )
        got, wanted = judged.verdict.value, {str(v) for v in label.verdict}
        found = {m.ingredient.id for m in judged.matches}
        rows.append(
            {
                "language": label.language,
                "kind": label.kind,
                "distortion": label.distortion,
                "grave": wanted <= GRAVE,
                "got": got,
                "right": got in wanted,
                "missed": wanted <= GRAVE and got not in GRAVE | {"unreadable"},
                "held": got == "unreadable",
                "false": not wanted & GRAVE and got in GRAVE,
                "ids": set(label.ingredient_ids) <= found,
                "seconds": judged.seconds.total,
            }
        )
        kept.append(label)
        if got not in wanted:
            print(
                f"  {label.name} {label.language} {label.kind} {label.distortion} {label.defects}: {sorted(wanted)} -> {got}"
            )
        if sys.stderr.isatty() and i % 10 == 0:
            print(f"{i}/{n}", file=sys.stderr)
    return rows, kept


def at_12_megapixels(labels: list[demo.Label], reader: ocr.Reader, listed: catalogue.Catalogue) -> dict[str, float]:
    seconds = []
    for label in labels:
        data = _jpeg(label.image.resize((3000, 4000)))
        started = time.perf_counter()
        screen.judge_bytes(data, "12mp.jpg", reader=reader, listed=listed)
        seconds.append(time.perf_counter() - started)
    return {
        "median": statistics.median(seconds),
        "p95": sorted(seconds)[int(0.95 * (len(seconds) - 1))],
        "n": len(seconds),
    }


def peak_memory(labels: list[demo.Label]) -> float:
    """MiB of a command line that judges these labels at 12 megapixels, one after the other.

    The process reads its own high-water mark: what the parent is told of a child includes the parent's own size.
    """
    own_peak = (
        "import atexit, re, sys; from lib.__main__ import app; "
        "atexit.register(lambda: print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1], file=sys.stderr)); "
        "app()"
    )
    with tempfile.TemporaryDirectory() as folder:
        for i, label in enumerate(labels):
            (Path(folder) / f"{i}.jpg").write_bytes(_jpeg(label.image.resize((3000, 4000))))
        photos = sorted(str(path) for path in Path(folder).iterdir())
        done = subprocess.run(
            [sys.executable, "-c", own_peak, "judge", "--json", *photos],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
    return int(done.stderr.split()[-1]) / 1024


def real_photos(reader: ocr.Reader) -> dict[str, dict[str, float]]:
    if not PHOTOS.exists():
        return {}
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for name, truth in json.loads((PHOTOS / "truth.json").read_text(encoding="utf-8")).items():
        text = _plain("".join(line.text for line in reader.read(decode((PHOTOS / name).read_bytes()).pixels).lines))
        for line in truth["lines"]:
            totals[truth["lang"]][0] += fuzz.partial_ratio(_plain(line), text) >= 85
            totals[truth["lang"]][1] += 1
    return {lang: {"found": found, "lines": lines} for lang, (found, lines) in totals.items()}


def compare(labels: list[demo.Label], reader: ocr.Reader) -> dict[str, Any]:
    """Line recall and time of each engine on the same clear and mild labels; time as a ratio to ours."""
    labels = [label for label in labels if label.distortion != "hard"]
    results: dict[str, Any] = {}
    ours = 0.0
    for name in ("embedded", "easyocr", "tesseract"):
        try:
            engine = reader if name == "embedded" else ocr.reader(name)
        except ocr.EngineMissing as error:
            results[name] = str(error)
            continue
        found = lines = 0
        seconds = 0.0
        for label in labels:
            pixels = decode(_jpeg(label.image)).pixels
            reading = engine.read(pixels)
            seconds += reading.seconds
            text = _plain("".join(line.text for line in reading.lines)) or " "
            wanted = [line for line in map(_plain, label.text_lines) if len(line) >= 6]
            found += sum(fuzz.partial_ratio(line, text) >= 80 for line in wanted)
            lines += len(wanted)
        ours = ours or seconds
        results[name] = {"recall": found / lines, "time_ratio": seconds / ours, "labels": len(labels)}
        if isinstance(engine, ocr.EasyOcr):
            results[name]["scripts"] = ", ".join(engine.scripts)
    return results


def make_card(
    rows: list[dict[str, Any]],
    speed: dict[str, float],
    peak: float,
    photos: dict[str, dict[str, float]],
    engines: dict[str, Any],
) -> dict[str, Any]:
    easy = [row for row in rows if row["distortion"] != "hard"]
    hard = [row for row in rows if row["distortion"] == "hard"]
    harmless = [row for row in rows if not row["grave"]]
    missed_easy = rate([r for r in easy if r["grave"]], "missed")
    missed_hard = rate([r for r in hard if r["grave"]], "missed")
    return {
        "notice": (
            f"자체 제작한 가상 라벨 사진 {len(rows)}장(난수 시드 {SEED}, 개발에 쓴 시드 {', '.join(map(str, DEVELOPED_ON))}과 다름)에서 잰 값입니다. "
            "실제 물품 사진에서의 성능은 이와 다를 수 있습니다."
        ),
        "data": {
            "labels": len(rows),
            "seed": SEED,
            "developed_on_seed": DEVELOPED_ON,
            "measured_on": f"{date.today()}",
        },
        "headline": [
            {
                "label": "차단 놓침(선명·약한 왜곡)",
                "value": f"{missed_easy:.1%}",
                "help": f"차단·금지 라벨 {grave(easy)}장 가운데",
            },
            {
                "label": "차단 놓침(심한 왜곡)",
                "value": f"{missed_hard:.1%}",
                "help": f"차단·금지 라벨 {grave(hard)}장 가운데. 재촬영을 요구한 것은 "
                f"{rate([r for r in hard if r['grave']], 'held'):.1%}",
            },
            {
                "label": "잘못 차단",
                "value": f"{rate(harmless, 'false'):.1%}",
                "help": f"차단 대상이 아닌 라벨 {len(harmless)}장 가운데",
            },
            {
                "label": "12MP 판정 시간(중앙값)",
                "value": f"{speed['median']:.1f}초",
                "help": f"95백분위 {speed['p95']:.1f}초, 코어 2개, {speed['n']:.0f}장",
            },
        ],
        "tables": [
            table("차단 놓침 비율", [r for r in rows if r["grave"]], "missed"),
            table("잘못 차단 비율", harmless, "false"),
            table("재촬영·현품검사 요구 비율", rows, "held"),
        ],
        "numbers": {
            "verdict_accuracy": rate(rows, "right"),
            "missed_clear_mild": missed_easy,
            "missed_hard": missed_hard,
            "held_hard": rate([r for r in hard if r["grave"]], "held"),
            "false_block": rate(harmless, "false"),
            "seconds_12mp": speed,
            "peak_memory_mib": round(peak),
            "real_photo_lines": photos,
            "engines": engines,
        },
        "limits": [
            "한글이 빽빽한 작은 글씨, 빛 반사, 움직임 흐림에서는 글자를 놓칠 수 있어 재촬영·현품검사를 요구합니다.",
            "빛 반사로 줄이 끊긴 사진은 재촬영을 요구하지만, 반사가 줄 전체를 지우면 알아차리지 못할 수 있습니다. 여러 장을 찍으십시오.",
            "「목록에 없음」은 통관 가능 판정이 아닙니다. 목록에 없는 식품 미인정 원료와 의약품은 따로 확인해야 합니다.",
            "일본어 성분표와 번체 중국어는 실제 사진으로 재지 못했습니다.",
            "이름표의 일본어·중국어 이름 일부는 공인 목록과 대조하지 못한 음역입니다.",
        ],
    }


def table(title: str, rows: list[dict[str, Any]], what: str) -> dict[str, Any]:
    def cell(language: str, distortion: str) -> float | None:
        here = [r for r in rows if r["language"] == language and r["distortion"] == distortion]
        return rate(here, what) if here else None

    return {
        "title": title,
        "rows": list(NAMES.values()),
        "columns": list(DISTORTIONS.values()),
        "values": [[cell(language, distortion) for distortion in DISTORTIONS] for language in NAMES],
    }


def rate(rows: list[dict[str, Any]], what: str) -> float:
    return sum(row[what] for row in rows) / len(rows) if rows else 0.0


def grave(rows: list[dict[str, Any]]) -> int:
    return sum(row["grave"] for row in rows)


def as_markdown(card: dict[str, Any]) -> str:
    """The model card, for people."""
    numbers = card["numbers"]
    lines = [
        "# hazard_photo 모델 카드",
        "",
        card["notice"],
        "",
        f"측정일 {card['data']['measured_on']}, `make bench`",
        "",
    ]
    lines += [f"- {item['label']}: {item['value']} ({item['help']})" for item in card["headline"]]
    lines += [
        f"- 판정 정확도: {numbers['verdict_accuracy']:.1%}",
        f"- 최대 메모리: {numbers['peak_memory_mib']} MiB",
        "",
    ]
    for item in card["tables"]:
        lines += [
            f"## {item['title']}",
            "",
            "| |" + "|".join(item["columns"]) + "|",
            "|---" * (len(item["columns"]) + 1) + "|",
        ]
        for name, values in zip(item["rows"], item["values"], strict=True):
            lines.append(f"|{name}|" + "|".join("" if v is None else f"{v:.1%}" for v in values) + "|")
        lines.append("")
    lines += ["## 판독 엔진 비교(같은 라벨, 한 번의 실행)", "", "|엔진|줄 재현율|시간(우리 대비)|", "|---|---|---|"]
    for name, result in numbers["engines"].items():
        if isinstance(result, str):
            lines.append(f"|{name}|{result}||")
        else:
            scripts = f" (가중치: {result['scripts']})" if "scripts" in result else ""
            lines.append(f"|{name}{scripts}|{result['recall']:.1%}|{result['time_ratio']:.1f}배|")
    if numbers["real_photo_lines"]:
        lines += ["", "## 실제 사진(../shared/photos)의 줄 재현율", ""]
        lines += [f"- {lang}: {r['found']}/{r['lines']}" for lang, r in numbers["real_photo_lines"].items()]
    lines += ["", "## 한계", "", *(f"- {limit}" for limit in card["limits"]), ""]
    return "\n".join(lines)


def _jpeg(image: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return out.getvalue()


def _plain(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).lower() if char.isalnum())


if __name__ == "__main__":
    typer.run(main)
