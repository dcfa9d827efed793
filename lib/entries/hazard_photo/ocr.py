"""Text out of a photo: reading engines behind one interface.

``embedded`` works offline from what ``make`` installs: PP-OCRv6 (Latin, Han, kana) finds and reads the lines, and a
Korean line model reads those that turn out to be Hangul, which PP-OCRv6 cannot spell. ``easyocr`` and ``tesseract``
are the other choices of the setting ``AX_OCR_ENGINE``.
"""

import logging
import re
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from lib.entries.hazard_photo.photo import Pixels, resized
from lib.entries.hazard_photo.words import Word, words
from lib.settings import DATA, settings

KOREAN_MODEL = DATA / "fetched" / "korean_rec.onnx"
"""Korean line model, fetched by ``make`` (see ``.ci/fetch.py``). Without it Hangul is not read, and the page says so."""
LINE_FINDER = DATA / "fetched" / "text_det.onnx"
"""Small line finder, five times as fast as the one in rapidocr's wheel, which stands in where this was not fetched."""

CORES = 2  # the machines this is measured on; more threads would only crowd them
DETECT_AREA = 2e6  # pixels the line finder sees at most; more finds hardly more lines and costs linearly
ENLARGE_TO = 0.25e6  # smaller photos are enlarged towards this (twice at most): thin print shows up only then
FLAT = 200  # of 255: a photo whose brightness spans less is stretched before reading
CONFIDENT = 0.8  # mean line score of upright text is .93 and above; turned text scores .66-.75
PROBE_LINES = 8  # least sure lines shown to the Korean model to learn whether the photo holds Hangul
PROBE_WIDTH = 8  # line heights of each that are shown to it
SURE_WORDS = 0.85  # mean score of words that are taken for the line's text, even where the line as a whole scored more
LIST_LETTERS = 8  # Hangul letters of a line, with a comma, that is read again word by word
HANGUL = re.compile("[\uac00-\ud7a3]")
COMMA = re.compile("[,，、]")
GLUED = re.compile("[\uac00-\ud7a3]{12}")  # words the print did not part clearly
LATIN_WORD = re.compile(r"[\w()\-./+,']*[A-Za-z][\w()\-./+,']*", re.ASCII)


class EngineMissing(RuntimeError):
    """The chosen engine is not installed; ``str()`` is a Korean sentence saying what to run."""


@dataclass(frozen=True)
class Line:
    """One line of text. ``box``: its four corners, clockwise from where the text starts, in photo pixels (x, y)."""

    text: str
    score: float
    box: tuple[tuple[float, float], ...]

    @property
    def height(self) -> float:
        (x0, y0), _, _, (x3, y3) = self.box
        return float(np.hypot(x3 - x0, y3 - y0))

    def part(self, start: int, end: int) -> tuple[tuple[float, float], ...]:
        """The corners around ``text[start:end]``, by the usual widths of its characters."""
        widths = [_char_width(char) for char in self.text]
        total = sum(widths) or 1.0
        left, right = sum(widths[:start]) / total, sum(widths[:end]) / total
        tl, tr, br, bl = np.array(self.box)
        corners = (tl + (tr - tl) * left, tl + (tr - tl) * right, bl + (br - bl) * right, bl + (br - bl) * left)
        return tuple((round(float(x), 1), round(float(y), 1)) for x, y in corners)


@dataclass(frozen=True)
class Reading:
    """What an engine read: ``lines`` top to bottom, the turn (degrees clockwise) that made the text upright.

    ``lost``: share (0..1) of the text seen on the photo, by its extent, that could not be read. ``faint``: what looks
    a little like text but too little to be read, as a share of the text that was (0 for engines that do not tell).
    ``washed_out``: lines that end in a reflection.
    """

    lines: tuple[Line, ...]
    engine: str
    turned: int
    seconds: float
    lost: float = 0.0
    faint: float = 0.0
    washed_out: tuple[Line, ...] = ()

    @property
    def score(self) -> float:
        """Mean line score weighted by length, 0 when nothing was read."""
        return mean_score(self.lines)


class Reader(Protocol):
    """An engine. ``read`` takes RGB pixels (H, W, 3). ``lacks``: a Korean sentence on what it cannot read here, or ""."""

    name: str
    lacks: str

    def read(self, pixels: Pixels) -> Reading: ...


def mean_score(lines: Sequence[Line]) -> float:
    weight = sum(len(line.text) for line in lines)
    return sum(line.score * len(line.text) for line in lines) / weight if weight else 0.0


def _lit(pixels: Pixels) -> Pixels:
    """A dark or flat photo stretched to the full range of brightness; the models find thin print only then."""
    sample = pixels[::16, ::16]
    low, high = float(np.percentile(sample.min(axis=2), 0.5)), float(np.percentile(sample.max(axis=2), 99.5))
    if high - low >= FLAT:
        return pixels
    table = np.clip((np.arange(256) - low) * 255 / max(high - low, 32.0), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(pixels, table), dtype=np.uint8)


def _along_text(box: NDArray[np.float32]) -> NDArray[np.float32]:
    """The corners beginning where the text begins: rapidocr reads a tall box from top to bottom, letters' heads right."""
    wide = max(np.linalg.norm(box[0] - box[1]), np.linalg.norm(box[2] - box[3]))
    high = max(np.linalg.norm(box[0] - box[3]), np.linalg.norm(box[1] - box[2]))
    return np.asarray(np.roll(box, -1, axis=0), dtype=np.float32) if high >= 1.5 * wide else box


def _cut(crop: Pixels, word: Word) -> Pixels:
    margin = max(2, crop.shape[0] // 10)
    return np.ascontiguousarray(crop[:, max(0, word.start - margin) : word.end + margin])


def _straightened(crop: Pixels, marks: NDArray[np.float32]) -> Pixels:
    """Unbend a line printed around a bottle. ``marks``: the numbered strokes as the line finder saw them, same crop.

    The middle of the line's own stroke is fitted by a parabola; a line that is straight within a third of its height is
    left alone.
    """
    if marks.shape[1] < 3 * marks.shape[0]:
        return crop
    numbers, counts = np.unique(np.round(marks[marks > 0]), return_counts=True)
    if not len(numbers):
        return crop
    own = np.round(marks) == numbers[counts.argmax()]
    columns = np.flatnonzero(own.any(axis=0))
    if len(columns) < 24:
        return crop
    thick = own[:, columns].sum(axis=0)
    middle = (own * np.arange(own.shape[0])[:, None]).sum(axis=0)[columns] / thick
    fit = np.polynomial.Polynomial.fit(columns, middle, 2)
    curve = fit(np.clip(np.arange(marks.shape[1]), columns[0], columns[-1]))
    height = 2.4 * float(np.median(thick))  # the finder marks the inner part of the letters only
    if np.ptp(curve) < height / 3:
        return crop
    x_scale, y_scale = crop.shape[1] / marks.shape[1], crop.shape[0] / marks.shape[0]
    rows = max(8, round(height * y_scale))
    if crop.shape[1] > 60 * rows:  # no line of text is so thin; reading it would only cost memory
        return crop
    across = (np.arange(rows) / rows - 0.5) * height
    down = (np.interp(np.arange(crop.shape[1]) / x_scale, np.arange(len(curve)), curve) + across[:, None]) * y_scale
    along = np.broadcast_to(np.arange(crop.shape[1], dtype=np.float32), down.shape)
    flat = cv2.remap(
        crop, along.astype(np.float32), down.astype(np.float32), cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE
    )
    return np.asarray(flat, dtype=np.uint8)


def _lost(lines: Sequence[Line]) -> float:
    """Share of the text's extent in lines that came out unsure or with far too few characters for their width."""
    extent = unread = 0.0
    for line in lines:
        widths = float(np.hypot(*np.subtract(line.box[1], line.box[0]))) / max(line.height, 1.0)
        extent += widths
        if line.score < 0.6 or sum(map(_char_width, line.text)) < 0.5 * widths:
            unread += widths
    return unread / extent if extent else 0.0


def _char_width(char: str) -> float:
    if ord(char) >= 0x1100:
        return 2.0
    if char in "iljI|.,:;'!()[] ":
        return 0.6
    return 1.3 if char.isupper() or char in "mw%@" else 1.0


class _Pass(NamedTuple):
    """What one look at the photo in one orientation gave."""

    lines: list[Line]
    faint: float

    def upright(self, turned: int, shape: tuple[int, ...]) -> list[Line]:
        """The lines in the coordinates of the photo (of ``shape``) before it was turned."""
        return [_turn_back(line, turned, shape) for line in self.lines]


class Embedded:
    """PP-OCRv6 + Korean line model on onnxruntime; nothing is downloaded at run time."""

    name = "embedded"

    def __init__(self, korean_model: Path = KOREAN_MODEL) -> None:
        from rapidocr import RapidOCR

        logging.getLogger("RapidOCR").setLevel(logging.ERROR)
        common = {
            "Global.log_level": "error",
            "Global.use_cls": False,
            "Det.limit_type": "max",
            "Det.limit_side_len": 4000,  # the photo is scaled here, by area
            "Det.use_dilation": False,  # it merges the lines of a curved label
            "Det.score_mode": "slow",  # the fast one drops curved lines
            "Rec.rec_img_shape": [3, 48, 96],  # short lines padded to 320 cost twice the time and read no better
            "Rec.rec_batch_num": 1,  # a batch wins nothing and pads every line to its longest
        }
        if LINE_FINDER.exists():
            common["Det.model_path"] = str(LINE_FINDER)
        threads = "EngineConfig.onnxruntime.intra_op_num_threads"
        finder = RapidOCR(params={**common, threads: CORES})
        self._find = finder._load_det_model()
        self._crop = finder.crop_text_regions
        # Lines are read two at a time by single-threaded models: a sixth faster than one at a time by both cores.
        self._general = RapidOCR(params={**common, threads: 1})._load_rec_model()
        self._korean = (
            RapidOCR(params={**common, threads: 1, "Rec.model_path": str(korean_model)})._load_rec_model()
            if korean_model.exists()
            else None
        )
        self._hands = ThreadPoolExecutor(CORES)
        self._lock = threading.Lock()  # one photo at a time: two at once are no faster and double the memory

        self.lacks = (
            ""
            if self._korean
            else "한글 판독 모델이 없어 한글을 읽지 못합니다. 인터넷이 되는 곳에서 `make run`을 다시 실행하면 내려받습니다."
        )

    def read(self, pixels: Pixels) -> Reading:
        with self._lock:
            return self._read(pixels)

    def _read(self, pixels: Pixels) -> Reading:
        started = time.perf_counter()
        pixels = _lit(pixels)
        turned, (found, faint) = 0, self._read_upright(pixels)
        if self._looks_sideways(found) and mean_score(found) < 0.9:
            options = {turn: self._read_upright(_turn(pixels, turn)) for turn in (90, 270)}
            turn, best = max(options.items(), key=lambda option: mean_score(option[1].lines))
            if mean_score(best.lines) > mean_score(found):
                turned, found, faint = turn, best.upright(turn, pixels.shape), best.faint
        if found and mean_score(found) < CONFIDENT and not turned:
            flipped = self._read_upright(_turn(pixels, 180))
            if mean_score(flipped.lines) > mean_score(found) + 0.05:
                turned, found, faint = 180, flipped.upright(180, pixels.shape), flipped.faint
        lines = tuple(line for line in found if line.text and line.score >= 0.3)
        return Reading(lines, self.name, turned, time.perf_counter() - started, _lost(found), faint)

    @staticmethod
    def _looks_sideways(lines: Sequence[Line]) -> bool:
        """Most text runs down the photo: boxes taller than wide that still hold several characters."""
        if not lines:
            return False
        tall = sum(
            len(line.text)
            for line in lines
            if np.ptp([y for _, y in line.box]) > 1.5 * np.ptp([x for x, _ in line.box]) and len(line.text) > 1
        )
        return tall > 0.5 * sum(len(line.text) for line in lines)

    def _read_upright(self, pixels: Pixels) -> "_Pass":
        area = pixels.shape[0] * pixels.shape[1]
        enlarge = min(2.0, max(1.0, (ENLARGE_TO / area) ** 0.5))
        if enlarge > 1.2:
            pixels = resized(pixels, enlarge)
        else:
            enlarge = 1.0
        scale = min(1.0, (DETECT_AREA / (area * enlarge**2)) ** 0.5)
        boxes, marks, faint = self._lines_seen(resized(pixels, scale))
        if not len(boxes):
            return _Pass([], faint)
        crops = [
            _straightened(crop, self._crop(marks, box[None])[0])
            for crop, box in zip(self._crops(pixels, boxes / scale), boxes, strict=True)
        ]
        boxes = boxes / scale
        texts = self._recognise(self._general, crops)
        if self._korean is not None:
            texts = self._with_korean(texts, crops)
        lines = [
            Line(text.strip(), float(score), tuple((float(x), float(y)) for x, y in box))
            for (text, score), box in zip(texts, map(_along_text, boxes / enlarge), strict=True)
        ]
        return _Pass(lines, faint)

    def _lines_seen(self, pixels: Pixels) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
        """Boxes (n, 4, 2) of the lines, a map of the photo's size that numbers the strokes of each line, and ``faint``."""
        height, width = pixels.shape[:2]
        size = (max(32, round(width / 32) * 32), max(32, round(height / 32) * 32))  # the network wants multiples of 32
        blob = cv2.dnn.blobFromImage(pixels, 1 / 127.5, size, (127.5, 127.5, 127.5), swapRB=True)
        seen = self._find.session(blob)
        boxes, _ = self._find.postprocess_op(seen, pixels.shape[:2])
        if not len(boxes):
            return np.empty((0, 4, 2), np.float32), np.empty((0, 0), np.float32), 0.0
        likely = np.asarray(seen)[0, 0]
        found = np.zeros(likely.shape, np.uint8)
        for box in np.asarray(boxes, np.float32) * np.array([size[0] / width, size[1] / height], np.float32):
            cv2.fillConvexPoly(found, np.round(box).astype(np.int32), (1,))
        outside = cv2.dilate(found, np.ones((5, 5), np.uint8)) == 0
        text = likely > 0.3
        faint = float(((likely > 0.05) & outside).sum() / max(1, (text & ~outside).sum()))
        _, marks = cv2.connectedComponents(text.astype(np.uint8))
        marks = cv2.resize(marks.astype(np.float32), (width, height), interpolation=cv2.INTER_NEAREST)
        boxes = np.asarray(self._find.sorted_boxes(boxes), dtype=np.float32)
        return boxes, np.asarray(marks, dtype=np.float32), faint

    def _crops(self, pixels: Pixels, boxes: NDArray[np.float32]) -> list[Pixels]:
        """Cut the lines (BGR) from the full photo, first shrunk so that text is about 64 px high (the models see 48)."""
        heights = np.linalg.norm(boxes[:, 3] - boxes[:, 0], axis=1)
        shrink = min(1.0, 64 / max(float(np.percentile(heights, 25)), 1.0))
        if shrink < 0.75:
            pixels, boxes = resized(pixels, shrink), boxes * shrink
        return list(self._crop(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), boxes))

    def _recognise(self, model: Any, crops: list[Pixels]) -> list[tuple[str, float]]:
        """Text and score of each crop, longest first, so that both cores end at the same time."""
        from rapidocr.ch_ppocr_rec import TextRecInput

        def one(i: int) -> tuple[str, float]:
            crop = crops[i]
            # Room after the last letter, in the models' zero: without it they tend to drop that letter.
            roomy = cv2.copyMakeBorder(crop, 0, 0, 0, crop.shape[0], cv2.BORDER_CONSTANT, value=(127, 127, 127))
            out = model(TextRecInput(img=[roomy], return_word_box=False))
            return out.txts[0], out.scores[0]

        order = sorted(range(len(crops)), key=lambda i: -crops[i].shape[1] / crops[i].shape[0])
        texts = dict(zip(order, self._hands.map(one, order), strict=True))
        return [texts[i] for i in range(len(crops))]

    def _with_korean(self, texts: list[tuple[str, float]], crops: list[Pixels]) -> list[tuple[str, float]]:
        """Show the Korean model the beginnings of the least sure lines; if Hangul is there, let it read all unsure ones."""
        unsure = sorted((i for i, (_, score) in enumerate(texts) if score < 0.97), key=lambda i: texts[i][1])
        probes = [crops[i][:, : PROBE_WIDTH * crops[i].shape[0]] for i in unsure[:PROBE_LINES]]
        if not any(HANGUL.search(text) and score > 0.5 for text, score in self._recognise(self._korean, probes)):
            return texts
        lists = []
        for i, (text, score) in zip(unsure, self._recognise(self._korean, [crops[i] for i in unsure]), strict=True):
            hangul = len(HANGUL.findall(text))
            if hangul and score > max(0.6, texts[i][1] - 0.1 * min(hangul, 3)):
                if hangul >= LIST_LETTERS and COMMA.search(texts[i][0]):
                    lists.append(i)
                texts[i] = (text, score)
        for i, (text, score) in zip(lists, self._by_words([crops[i] for i in lists]), strict=True):
            if score > min(SURE_WORDS, texts[i][1] - 0.05) and not GLUED.search(text):
                texts[i] = (text, score)
        return texts

    def _by_words(self, crops: list[Pixels]) -> list[tuple[str, float]]:
        """Korean lists read word by word: in a whole line the Korean model drops spaces and commas, and takes Latin
        letters for Hangul. A word it is unsure of may be an acronym, which the general model reads.
        """
        found = [words(crop) for crop in crops]
        cut = [_cut(crop, word) for crop, parts in zip(crops, found, strict=True) for word in parts]
        read = self._recognise(self._korean, cut)
        latin = [i for i, (_, score) in enumerate(read) if score < 0.9 and cut[i].shape[1] < 6 * cut[i].shape[0]]
        for i, (text, score) in zip(latin, self._recognise(self._general, [cut[i] for i in latin]), strict=True):
            if score > read[i][1] and LATIN_WORD.fullmatch(text):
                read[i] = (text, score)
        rest = iter(read)
        lines = []
        for parts in found:
            texts = [
                (text.rstrip(" ,'"), score, word.comma)
                for word, (text, score) in zip(parts, islice(rest, len(parts)), strict=True)
            ]
            weight = sum(len(text) for text, _, _ in texts)
            score = sum(len(text) * score for text, score, _ in texts) / weight if weight else 0.0
            lines.append((" ".join(text + "," * comma for text, _, comma in texts if text), score))
        return lines


class EasyOcr:
    """easyocr, one Reader per script (its Chinese and Korean weights refuse to share one); the surest reads a line."""

    name = "easyocr"
    SCRIPTS = (("en",), ("ko", "en"), ("ja", "en"), ("ch_sim", "en"))
    NAMES = ("영문", "한글", "일본어", "중국어")

    def __init__(self, folder: Path | None = None) -> None:
        try:
            easyocr = _import_easyocr()
        except ImportError as error:
            raise EngineMissing(
                "easyocr가 설치되어 있지 않습니다. `make easyocr`를 실행한 뒤 다시 시작해 주세요."
            ) from error
        self._readers = []
        self.scripts: list[str] = []
        for languages in self.SCRIPTS:
            try:
                self._readers.append(
                    easyocr.Reader(
                        list(languages),
                        gpu=False,
                        verbose=False,
                        quantize=False,
                        model_storage_directory=str(folder) if folder else None,
                        download_enabled=folder is None,
                    )
                )
            except (OSError, ValueError, FileNotFoundError):
                continue  # no weights for this script here
            self.scripts.append(languages[0])
        if not self._readers:
            raise EngineMissing(
                "easyocr 가중치를 찾지 못했습니다. 인터넷이 되는 곳에서 easyocr가 내려받게 하거나, "
                "가중치 폴더를 AX_EASYOCR_DIR로 지정해 주세요."
            )

        missing = [
            name for (first, *_), name in zip(self.SCRIPTS, self.NAMES, strict=True) if first not in self.scripts
        ]
        self.lacks = f"easyocr 가중치가 없어 {'·'.join(missing)}을(를) 읽지 못합니다." if missing else ""

    def read(self, pixels: Pixels) -> Reading:
        started = time.perf_counter()
        scale = min(1.0, 1600 / max(pixels.shape[:2]))
        small = resized(pixels, scale)
        level, tilted = self._readers[0].detect(small, canvas_size=1280)  # the line finder is the same for all scripts
        gray = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
        best: dict[tuple[tuple[float, float], ...], Line] = {}
        for reader in self._readers:
            for corners, text, score in reader.recognize(gray, level[0], tilted[0], batch_size=16, reformat=False):
                box = tuple((float(x) / scale, float(y) / scale) for x, y in corners)
                if text.strip() and (box not in best or score > best[box].score):
                    best[box] = Line(text, float(score), box)
        lines = sorted(best.values(), key=lambda line: line.box[0][1])
        return Reading(tuple(lines), self.name, 0, time.perf_counter() - started)


def _import_easyocr() -> Any:
    """Import easyocr beside a CPU-only torch, where torchvision fails on compiled operators it lacks and nobody calls.

    Each missing operator is declared by name, so that the import goes through; calling one would still fail.
    """
    import importlib
    import sys

    library: Any = None
    for _ in range(40):
        try:
            easyocr: Any = importlib.import_module("easyocr")
            easyocr._declared_operators = library  # they live as long as this object
            return easyocr
        except RuntimeError as error:
            missing = re.search(r"operator torchvision::(\w+) does not exist", str(error))
            if not missing:
                raise ImportError(str(error)) from error
            for name in [name for name in sys.modules if name.split(".")[0] in ("torchvision", "easyocr")]:
                del sys.modules[name]
            torch = importlib.import_module("torch")
            library = library or torch.library.Library("torchvision", "FRAGMENT")
            library.define(f"{missing[1]}(Tensor given) -> Tensor")
    raise ImportError("torchvision")


class Tesseract:
    """Tesseract through tesserocr, for comparison; needs Debian's tesseract language data."""

    name = "tesseract"

    def __init__(self, languages: str = "eng+kor+jpn+chi_sim") -> None:
        try:
            import tesserocr
        except ImportError as error:
            raise EngineMissing("tesserocr가 설치되어 있지 않습니다. `make test`가 필요한 것을 설치합니다.") from error
        folders = sorted(Path("/usr/share/tesseract-ocr").glob("*/tessdata"))
        if not folders:
            raise EngineMissing("tesseract 언어 자료가 없습니다. tesseract-ocr-kor 등 데비안 패키지를 설치해 주세요.")
        have = [code for code in languages.split("+") if (folders[-1] / f"{code}.traineddata").exists()]
        self.lacks = "" if len(have) == languages.count("+") + 1 else "tesseract 언어 자료가 일부 없습니다."
        self._tesserocr = tesserocr
        self._api = tesserocr.PyTessBaseAPI(path=str(folders[-1]), lang="+".join(have), psm=tesserocr.PSM.SPARSE_TEXT)
        self._lock = threading.Lock()

    def read(self, pixels: Pixels) -> Reading:
        from PIL import Image

        started = time.perf_counter()
        scale = min(1.0, 2000 / max(pixels.shape[:2]))
        small = resized(pixels, scale)
        lines = []
        with self._lock:
            self._api.SetImage(Image.fromarray(small))
            self._api.Recognize()
            for item in self._tesserocr.iterate_level(self._api.GetIterator(), self._tesserocr.RIL.TEXTLINE):
                text = (item.GetUTF8Text(self._tesserocr.RIL.TEXTLINE) or "").strip()
                box = item.BoundingBox(self._tesserocr.RIL.TEXTLINE)
                if text and box:
                    x0, y0, x1, y1 = (value / scale for value in box)
                    score = item.Confidence(self._tesserocr.RIL.TEXTLINE) / 100
                    lines.append(Line(text, score, ((x0, y0), (x1, y0), (x1, y1), (x0, y1))))
        return Reading(tuple(lines), self.name, 0, time.perf_counter() - started)


def _turn(pixels: Pixels, degrees: int) -> Pixels:
    """Rotate clockwise by a multiple of 90."""
    return np.ascontiguousarray(np.rot90(pixels, k=-degrees // 90))


def _turn_back(line: Line, degrees: int, shape: tuple[int, ...]) -> Line:
    """A line found on the turned photo, its box back in the coordinates of the photo as it was."""
    height, width = shape[:2]

    def back(x: float, y: float) -> tuple[float, float]:
        if degrees == 90:
            return y, height - x
        return (width - x, height - y) if degrees == 180 else (width - y, x)

    return replace(line, box=tuple(back(x, y) for x, y in line.box))


_READERS: dict[str, Reader] = {}
_LOADING = threading.Lock()


def reader(name: str | None = None) -> Reader:
    """The engine of that name (default: the setting), loaded once per process. Raises ``EngineMissing``."""
    name = name or settings().ocr_engine
    with _LOADING:
        if name not in _READERS:
            if name == "easyocr":
                _READERS[name] = EasyOcr(settings().easyocr_dir)
            else:
                _READERS[name] = Tesseract() if name == "tesseract" else Embedded()
        return _READERS[name]
