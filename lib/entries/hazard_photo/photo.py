"""From the bytes an officer's phone hands over to an upright RGB photo, or to one Korean sentence saying what to do.

Nothing here trusts a file name, a header or a decoder: the kind is read from the content, the pixel count from
the header before anything is decoded, and whatever a decoder raises comes out as :class:`PhotoError`. Nothing is
written to disk, no global of Pillow is changed (safe to call from many threads), and no EXIF (GPS, phone, time)
survives in what is handed out.
"""

import codecs
import hashlib
import io
import math
import re
import unicodedata
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pillow_heif
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

MAX_BYTES = 30 * 1024 * 1024
"""Largest file looked into, in bytes."""
MAX_PIXELS = 80_000_000
"""Largest picture decoded, in pixels, as its header claims."""
MAX_SIDE = 65_535
"""Longest side of a picture decoded, in pixels; a JPEG can have no more."""
MAX_LONG_SIDE = 4200
"""Longest side of ``Photo.pixels``; a 12-megapixel photo (4032x3024) is kept whole."""
MIN_SIDE = 120
"""Smallest side of a photo whose label can be read; below it ``quality`` calls the photo hopeless."""
MAX_JPEG_SCANS = 64
"""A progressive JPEG has about ten scans; thousands of them are made to keep a decoder busy."""

Pixels = npt.NDArray[np.uint8]

_ASK = "사진(JPEG·PNG·WebP·HEIC)으로 올려 주세요."
_EMPTY = "빈 파일입니다. 사진을 다시 촬영하거나 원본 파일을 다시 올려 주세요."
_TRUNCATED = "사진 파일이 중간에서 끊겨 일부가 보이지 않습니다. 원본을 다시 전송하거나 다시 촬영해 주세요."
_BROKEN = "사진 파일이 손상되어 열 수 없습니다. 원본을 다시 전송하거나 다시 촬영해 주세요."
_UNKNOWN = f"사진이 아니거나 지원하지 않는 형식의 파일입니다. {_ASK}"
_MEMORY = "사진이 너무 커서 처리할 메모리가 부족합니다. 카메라 해상도를 낮추어 다시 촬영해 주세요."
_REFUSED = {
    "pdf": f"PDF 파일입니다. {_ASK}",
    "zip": f"압축 파일이거나 오피스 문서입니다. 안에 든 사진만 꺼내어 {_ASK}",
    "document": f"문서 파일입니다. 안에 든 사진만 꺼내어 {_ASK}",
    "svg": f"SVG 그림 파일입니다. 실물을 촬영한 {_ASK}",
    "html": f"웹 페이지(HTML) 파일입니다. 사진 원본을 내려받아 {_ASK}",
    "text": f"텍스트 파일입니다. {_ASK}",
    "video": "동영상 파일입니다. 라벨이 보이는 장면을 사진으로 촬영해 올려 주세요.",
    "audio": f"음성 파일입니다. {_ASK}",
    "raw": "카메라 원본(RAW) 파일입니다. 카메라 설정을 JPEG 또는 HEIC로 바꾸어 다시 촬영해 주세요.",
    "jxl": f"JPEG XL 형식은 지원하지 않습니다. {_ASK}",
    "jp2": f"JPEG 2000 형식은 지원하지 않습니다. {_ASK}",
}


class PhotoError(ValueError):
    """The file cannot be used as a photo; ``str(e)`` tells the officer in Korean what to do."""


@dataclass(frozen=True)
class Photo:
    """A decoded photo; two are equal when they came from the same bytes under the same name.

    ``pixels``: (H, W, 3) uint8 RGB (sRGB), upright, read-only (copy before drawing on it), long side at most
    ``MAX_LONG_SIDE``. ``sha256``: hex digest of the original bytes. ``format``: what the content is (``JPEG``,
    ``PNG``, ``WEBP``, ``HEIC``, ``AVIF``, ``GIF``, ``BMP``, ``TIFF``). ``size``: upright width and height in the
    file, before scaling. ``notes``: Korean remarks on what was changed to get here.
    """

    name: str
    pixels: Pixels = field(repr=False, compare=False)
    sha256: str
    format: str
    size: tuple[int, int]
    notes: tuple[str, ...] = ()


def decode(data: bytes, name: str = "") -> Photo:
    """Decode the photo in ``data``; ``name`` is only carried along (NFC, last path part), never trusted.

    Raises :class:`PhotoError`, and nothing else, for bytes that are no complete photo within the limits.
    """
    if not data:
        raise PhotoError(_EMPTY)
    if len(data) > MAX_BYTES:
        raise PhotoError(
            f"파일 크기가 {_megabytes(len(data))} MB로 한도 {_megabytes(MAX_BYTES)} MB를 넘습니다. "
            f"{_megabytes(MAX_BYTES)} MB 이하의 사진으로 다시 올려 주세요."
        )
    kind = _sniff(data)
    if kind in _REFUSED:
        raise PhotoError(_REFUSED[kind])
    if kind not in _OPENERS and kind != "HEIC":
        raise PhotoError(_UNKNOWN)
    try:
        pixels, size, notes = _heic(data) if kind == "HEIC" else _pillow(data, kind)
    except PhotoError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhotoError(_too_many_pixels(None)) from None
    except MemoryError:
        raise PhotoError(_MEMORY) from None
    except Exception as error:  # decoders raise anything at all for damaged bytes
        raise PhotoError(_TRUNCATED if "truncated" in str(error).lower() else _BROKEN) from None
    pixels.flags.writeable = False
    return Photo(_clean_name(name), pixels, hashlib.sha256(data).hexdigest(), kind, size, tuple(notes))


def thumbnail(photo: Photo, long_side: int = 640) -> bytes:
    """A JPEG of the photo for showing, long side at most ``long_side`` pixels, never enlarged, no metadata."""
    height, width = photo.pixels.shape[:2]
    scale = min(1.0, long_side / max(height, width))
    small = photo.pixels
    if scale < 1:
        target = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = _as_pixels(cv2.resize(photo.pixels, target, interpolation=cv2.INTER_AREA))
    out = io.BytesIO()
    Image.fromarray(small).save(out, "JPEG", quality=85)
    return out.getvalue()


# --- what kind of file is it -----------------------------------------------------------------------------------

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"Rar!\x1a\x07", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "zip"),
    (b"\x1f\x8b\x08", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "document"),
    (b"HWP Document File", "document"),
    (b"{\\rtf", "document"),
    (b"\x1aE\xdf\xa3", "video"),
    (b"\0\0\x01\xba", "video"),
    (b"\0\0\x01\xb3", "video"),
    (b"FLV\x01", "video"),
    (b"ID3", "audio"),
    (b"OggS", "audio"),
    (b"#!AMR", "audio"),
    (b"\xff\x0a", "jxl"),
    (b"\0\0\0\x0cJXL ", "jxl"),
    (b"\0\0\0\x0cjP  ", "jp2"),
    (b"FUJIFILMCCD-RAW", "raw"),
    (b"IIRO", "raw"),
    (b"IIU\0", "raw"),
)
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})


def _sniff(data: bytes) -> str:
    """Kind of file by its content: a format name (upper case), a key of ``_REFUSED``, or '' when unknown."""
    head = data[:1024]
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": "WEBP", b"AVI ": "video", b"WAVE": "audio"}.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return _sniff_ftyp(head)
    if head[4:8] in (b"moov", b"mdat", b"wide"):
        return "video"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in (12, 16, 40, 52, 56, 64, 108, 124):
        return "BMP"
    if b"%PDF-" in head:
        return "pdf"
    return _sniff_text(head)


def _sniff_ftyp(head: bytes) -> str:
    length = int.from_bytes(head[:4], "big")
    box = head[8 : min(max(length, 12), len(head))]
    brands = [box[i : i + 4] for i in range(0, len(box), 4)]
    major = brands[0]
    if major == b"crx ":
        return "raw"
    if major in _AVIF_BRANDS:
        return "AVIF"
    if major in _HEIC_BRANDS:
        return "HEIC"
    if major in (b"mif1", b"msf1", b"mif2", b"miaf", b"MiHE"):
        return "AVIF" if _AVIF_BRANDS.intersection(brands) else "HEIC"
    return "audio" if major in (b"M4A ", b"M4B ") else "video"


def _sniff_text(head: bytes) -> str:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "text"
    lower = head.lower()
    if any(c < 32 and c not in b"\t\n\f\r\x1b" for c in head):
        return ""
    if b"<svg" in lower:
        return "svg"
    if b"<html" in lower or b"<!doctype html" in lower:
        return "html"
    for encoding in ("utf-8", "cp949"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(head)  # a character cut at the end is no error
        except UnicodeDecodeError:
            continue
        return "text"
    return ""


# --- decoding --------------------------------------------------------------------------------------------------

_OPENERS: dict[str, Callable[[io.BytesIO], ImageFile.ImageFile]] = {
    "JPEG": JpegImagePlugin.JpegImageFile,  # of a multi-picture file (MPO) this reads the first, the photo itself
    "PNG": PngImagePlugin.PngImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
    "AVIF": AvifImagePlugin.AvifImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
}
_STRIP_PIXELS = 1 << 20
_DNG_VERSION = 50706
_ORIENTATION = 274

_Decoded = tuple[Pixels, tuple[int, int], list[str]]


def _pillow(data: bytes, kind: str) -> _Decoded:
    """Pixels (upright), upright size in the file, and notes, of anything Pillow itself reads."""
    end: int | None = None
    if kind == "JPEG":
        scans, end = _jpeg_scans(data)
        if end is None:
            raise PhotoError(_TRUNCATED)
        if scans > MAX_JPEG_SCANS:
            raise PhotoError(_BROKEN)
    if kind == "PNG":
        _check_png(data)
    if kind == "WEBP":  # its decoder allocates the canvas as soon as it is made
        _check_pixels(*_webp_size(data))
        _check_webp(data)
    with _OPENERS[kind](io.BytesIO(data)) as image:
        notes = _look_at_header(image, kind)
        if kind == "AVIF":
            _check_mdat(data, image.info.get("exif"))
        width, height = image.size
        if kind == "JPEG":
            _draft(image)
        image.load()
        if kind == "JPEG" and end is not None and _gray_tail(image) and _ends_early(data, end, image):
            raise PhotoError(_TRUNCATED)
        orientation = 1 if kind == "TIFF" else _orientation(image)  # Pillow turns a TIFF itself, on load
        turned = orientation >= 5
        target = _target(*image.size)
        _check_pixels(*image.size)
        to_rgb = _ToRgb(image)
        pixels = _assemble(lambda top, bottom: image.crop((0, top, image.width, bottom)), image.size, target, to_rgb)
        notes += to_rgb.notes()
    size = (height, width) if turned else (width, height)
    pixels = _upright(pixels, orientation)
    return pixels, size, notes + _scaled_note(size, pixels)


def _heic(data: bytes) -> _Decoded:
    """As :func:`_pillow`, for HEIC/HEIF. libheif turns the picture by its ``irot``/``imir`` boxes while decoding
    and the EXIF orientation only repeats them, so EXIF is not looked at."""
    heif = pillow_heif.open_heif(data, convert_hdr_to_8bit=True)
    primary = heif[heif.primary_index]
    _check_pixels(*primary.size)
    _check_mdat(data, primary.info.get("exif"))
    raw = primary.data
    width, height = primary.size
    _check_pixels(width, height)
    bands = {"L": 1, "LA": 2, "La": 2, "RGB": 3, "RGBA": 4, "RGBa": 4}[primary.mode]
    rows = np.frombuffer(raw, np.uint8).reshape(height, -1)[:, : width * bands]
    mode = primary.mode

    def strip(top: int, bottom: int) -> Image.Image:
        return Image.frombytes(mode, (width, bottom - top), rows[top:bottom].tobytes())

    probe = strip(0, 1)
    profile = primary.info.get("icc_profile")
    if profile:
        probe.info["icc_profile"] = profile
    to_rgb = _ToRgb(probe)
    pixels = _assemble(strip, (width, height), _target(width, height), to_rgb)
    return pixels, (width, height), to_rgb.notes() + _scaled_note((width, height), pixels)


def _look_at_header(image: ImageFile.ImageFile, kind: str) -> list[str]:
    """Notes known before decoding. Raises PhotoError when the header alone forbids decoding."""
    _check_pixels(*image.size)
    if kind == "TIFF" and isinstance(image, TiffImagePlugin.TiffImageFile) and _DNG_VERSION in image.tag_v2:
        raise PhotoError(_REFUSED["raw"])
    if kind in ("JPEG", "BMP") or not getattr(image, "is_animated", False):  # n_frames would go through them all
        return []
    if kind == "TIFF":
        return ["여러 쪽이 든 파일이어서 첫 쪽만 사용했습니다."]
    return ["움직이는 그림이어서 첫 장면만 사용했습니다."]


def _check_pixels(width: int, height: int) -> None:
    if width <= 0 or height <= 0:
        raise PhotoError(_BROKEN)
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise PhotoError(_too_many_pixels(width * height))


def _too_many_pixels(count: int | None) -> str:
    limit = f"{MAX_PIXELS // 10_000:,}만 화소"
    claim = f"사진이 {count // 10_000:,}만 화소로" if count else "사진의 화소 수가"
    return f"{claim} 한도 {limit}를 넘습니다. 카메라 해상도를 낮추어 다시 촬영해 주세요."


def _target(width: int, height: int) -> tuple[int, int]:
    """Width and height after limiting the long side."""
    scale = min(1.0, MAX_LONG_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _scaled_note(size: tuple[int, int], pixels: Pixels) -> list[str]:
    height, width = pixels.shape[:2]
    if (width, height) == size:
        return []
    return [f"큰 사진이어서 {size[0]}×{size[1]} 화소를 {width}×{height} 화소로 줄였습니다."]


def _webp_size(data: bytes) -> tuple[int, int]:
    """Canvas width and height a WebP header claims. Raises PhotoError when it has none."""
    chunk = data[12:16]
    if len(data) < 30:
        raise PhotoError(_TRUNCATED)
    if chunk == b"VP8 ":
        return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
    if chunk == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    raise PhotoError(_BROKEN)


# --- is all of it there  ----------------------------------------------------------------------------------

_HOLE = bytes(512)
"""Where a transfer stopped, the rest of the file is often zeros; compressed pictures hold no such run."""


def _check_png(data: bytes) -> None:
    """Raise PhotoError unless every chunk of a PNG up to its end is there with the right checksum.

    Pillow does not check those of the pixels, and paints what it could not read black.
    """
    view, at, kind = memoryview(data), 8, b""
    while kind != b"IEND":
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 8 + length
        if len(data) < end + 4:
            raise PhotoError(_TRUNCATED)
        if kind == b"IHDR" and length == 13:
            _check_pixels(*(int.from_bytes(data[at + 8 + i : at + 12 + i], "big") for i in (0, 4)))
        if zlib.crc32(view[at + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            raise PhotoError(_BROKEN)
        at = end + 4


def _check_webp(data: bytes) -> None:
    """Raise PhotoError when the first picture chunk of a WebP ends in zeros: libwebp would smear it."""
    at = 12
    while at + 8 <= len(data):
        kind, end = data[at : at + 4], at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        if kind in (b"VP8 ", b"VP8L", b"ANMF"):
            if data[at:end].endswith(_HOLE):
                raise PhotoError(_TRUNCATED)
            return
        at = end + end % 2


def _check_mdat(data: bytes, exif: object) -> None:
    """Raise PhotoError when the data box (``mdat``) of a HEIC or AVIF ends in zeros: decoders would paint it gray.

    HEVC holds no such run by its own rules. EXIF, often kept behind the picture, may be padded with zeros.
    """
    padding = len(exif) - len(exif.rstrip(b"\0")) if isinstance(exif, bytes) else 0
    at = 0
    while at + 8 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if length == 1:
            length = int.from_bytes(data[at + 8 : at + 16], "big")
        end = at + length if length >= 8 else len(data)
        body = data[at:end] if kind == b"mdat" else b""
        if len(body) - len(body.rstrip(b"\0")) >= len(_HOLE) + padding:
            raise PhotoError(_TRUNCATED)
        at = end


_MARKER = re.compile(rb"\xff+[\x01-\xcf\xd8-\xfe]")  # not a stuffed FF00, not a restart marker


def _jpeg_scans(data: bytes) -> tuple[int, int | None]:
    """How many scans the first picture of a JPEG has, and where its end marker stands (None: the end is missing)."""
    scans, at = 0, 2
    while True:
        found = _MARKER.search(data, at)
        if found is None:
            return scans, None
        marker, at = data[found.end() - 1], found.end()
        if marker == 0xD9:
            return scans, at - 2
        if marker in (0x01, 0xD8):
            continue
        at += int.from_bytes(data[at : at + 2], "big")
        scans += marker == 0xDA


def _draft(image: ImageFile.ImageFile) -> None:
    """Let libjpeg halve (or more) a picture that would be scaled down by about as much anyway."""
    long_side = max(image.size)
    for factor in (8, 4, 2):
        if long_side > MAX_LONG_SIDE and long_side / factor >= 0.9 * MAX_LONG_SIDE:
            image.draft(None, (image.width // factor, image.height // factor))
            return


def _gray_tail(image: Image.Image) -> bool:
    """Whether the last rows are the flat mid-gray libjpeg fills in where data is missing."""
    if image.mode not in ("L", "RGB"):
        return False
    tail = image.crop((0, image.height - max(1, min(8, image.height)), *image.size)).convert("L")
    low, high = tail.getextrema()
    return isinstance(low, int) and isinstance(high, int) and low >= 127 and high <= 129


def _ends_early(data: bytes, end: int, image: Image.Image) -> bool:
    """Whether a JPEG's picture data ends before the picture does, although it has an end marker.

    Decoded once more with filler before the end marker: a whole picture ignores it, a cut one is painted with it.
    """
    filler = b"\x5a\xc3\x39\x96" * 4096
    with JpegImagePlugin.JpegImageFile(io.BytesIO(data[:end] + filler + data[end:])) as again:
        _draft(again)
        try:
            again.load()
        except OSError:
            return True
        box = (0, image.height - max(1, min(8, image.height)), *image.size)
        return again.crop(box).tobytes() != image.crop(box).tobytes()


# --- to upright RGB, strip by strip ----------------------------------------------------------------------------


class _ToRgb:
    """Turns strips of one picture into RGB on white, in sRGB; remembers what is worth telling."""

    def __init__(self, image: Image.Image) -> None:
        self._mode = image.mode
        self._see_through = False
        self._low, self._high = 0.0, 0.0
        if image.mode in ("I", "F"):
            low, high = image.getextrema()
            if isinstance(low, int | float) and isinstance(high, int | float):
                self._low, self._high = float(low), float(high)
        self._transform = _icc_transform(image.info.get("icc_profile"), "CMYK" if image.mode == "CMYK" else "RGB")
        if image.mode in ("L", "LA", "La", "1", "I;16", "I;16B", "I;16L", "I;16N", "I", "F"):
            self._transform = None

    def __call__(self, strip: Image.Image) -> Image.Image:
        """``strip`` as mode RGB, same size."""
        if strip.mode == "CMYK" and self._transform is not None:
            return self._apply(strip)
        rgb = self._flatten(strip)
        return self._apply(rgb) if self._transform is not None and strip.mode != "CMYK" else rgb

    def notes(self) -> list[str]:
        """Korean remarks on the conversion, once all strips are through."""
        found = []
        if self._mode == "CMYK":
            found.append("인쇄용 색상(CMYK)을 화면 색상(RGB)으로 변환했습니다.")
        if self._mode.startswith("I") or self._mode == "F":
            found.append("16비트 이상의 명암을 8비트로 변환했습니다.")
        if self._see_through:
            found.append("투명한 부분을 흰 바탕으로 채웠습니다.")
        return found

    def _flatten(self, strip: Image.Image) -> Image.Image:
        if strip.mode.startswith("I;16"):
            return Image.fromarray((np.asarray(strip).astype(np.uint16) >> 8).astype(np.uint8)).convert("RGB")
        if strip.mode in ("I", "F"):
            return Image.fromarray(self._spread(np.asarray(strip))).convert("RGB")
        if strip.mode in ("RGBA", "RGBa", "LA", "La", "PA") or "transparency" in strip.info:
            strip = strip.convert("LA") if strip.mode == "La" else strip
            rgba = strip.convert("RGBA")
            alpha = rgba.getchannel("A")
            low = alpha.getextrema()[0]
            if not isinstance(low, int | float) or low == 255:
                return rgba.convert("RGB")
            self._see_through = True
            white = Image.new("RGB", rgba.size, (255, 255, 255))
            white.paste(rgba, mask=alpha)
            return white
        return strip.convert("RGB")

    def _spread(self, values: npt.NDArray[Any]) -> Pixels:
        """Wide gray values spread over 0..255 (16-bit ones by their bits, others by their own range)."""
        low, high = self._low, self._high
        if self._mode == "I" and low >= 0 and high <= 65535:
            low, high = 0.0, 65535.0 if high > 255 else 255.0
        spread = (np.nan_to_num(values.astype(np.float64)) - low) * (255.0 / max(high - low, 1e-9))
        return np.nan_to_num(spread).clip(0, 255).astype(np.uint8)

    def _apply(self, strip: Image.Image) -> Image.Image:
        assert self._transform is not None
        done = self._transform.apply(strip)
        assert done is not None
        return done


def _icc_transform(profile: object, mode: str) -> ImageCms.ImageCmsTransform | None:
    """A transform from ``profile`` (ICC bytes) to sRGB; None when there is none, it is broken, or is sRGB itself."""
    if not isinstance(profile, bytes) or not profile:
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        described = (source.profile.profile_description or "").lower()
        if source.profile.xcolor_space.strip() != mode or "srgb" in described:
            return None
        srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        return ImageCms.buildTransform(source, srgb, mode, "RGB")
    except Exception:  # a broken profile is no reason to turn a photo away
        return None


def _assemble(
    strip: Callable[[int, int], Image.Image],
    size: tuple[int, int],
    target: tuple[int, int],
    to_rgb: Callable[[Image.Image], Image.Image],
) -> Pixels:
    """(H, W, 3) pixels of ``target`` (W, H), taken strip by strip (``strip(top, bottom)`` in rows of ``size``),
    so that never more than the decoded picture, the result and one strip are held."""
    width, height = size
    out: Pixels = np.empty((target[1], target[0], 3), np.uint8)
    ratio = height / target[1]
    step = max(1, int(_STRIP_PIXELS / width / ratio))
    margin = math.ceil(2 * ratio)  # the resampling filter looks this far beyond the strip
    for top in range(0, target[1], step):
        bottom = min(top + step, target[1])
        if target == size:
            out[top:bottom] = np.asarray(to_rgb(strip(top, bottom)))
            continue
        first, last = max(0, int(top * ratio) - margin), min(height, math.ceil(bottom * ratio) + margin)
        piece = to_rgb(strip(first, last))
        box = (0.0, top * ratio - first, float(width), min(bottom * ratio - first, float(last - first)))
        out[top:bottom] = np.asarray(piece.resize((target[0], bottom - top), Image.Resampling.HAMMING, box=box))
    return out


def _orientation(image: Image.Image) -> int:
    """EXIF orientation 1..8 of a loaded picture; 1 when there is none or it makes no sense."""
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # damaged EXIF says nothing about the picture
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _upright(pixels: Pixels, orientation: int) -> Pixels:
    """``pixels`` as the photographer saw them, contiguous; ``orientation`` is EXIF's 1..8."""
    if orientation in (5, 7):  # first to the turn that 6 and 8 (mirrored) need
        pixels = _as_pixels(cv2.flip(pixels, 1))
    turn = {3: cv2.ROTATE_180, 5: cv2.ROTATE_90_COUNTERCLOCKWISE, 6: cv2.ROTATE_90_CLOCKWISE}
    turn |= {7: cv2.ROTATE_90_CLOCKWISE, 8: cv2.ROTATE_90_COUNTERCLOCKWISE}
    if orientation in turn:
        return _as_pixels(cv2.rotate(pixels, turn[orientation]))
    if orientation in (2, 4):
        return _as_pixels(cv2.flip(pixels, 1 if orientation == 2 else 0))
    return pixels


def _as_pixels(array: npt.NDArray[Any]) -> Pixels:
    return np.ascontiguousarray(array, np.uint8)


def _clean_name(name: str) -> str:
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    return "".join(c for c in last if c.isprintable())[:200]


def _megabytes(count: int) -> str:
    return f"{math.ceil(count / 1024 / 1024 * 10) / 10:g}"


# --- can it be read --------------------------------------------------------------------------------------------

_LOOK_SIDE = 1000
_TILE = 50
_DIM, _BRIGHT = 60.0, 225.0
_FLAT, _FAINT = 24.0, 60.0
_BLURRED, _SOFT = 2.5, 10.0


@dataclass(frozen=True)
class Quality:
    """How well a photo can be read, measured on its gray version with the long side at 1000 pixels.

    ``brightness``: mean luma, 0..255. ``contrast``: standard deviation of luma. ``spread``: its 5..95 percentile
    range. ``sharpness``: variance of the Laplacian over the whole photo (readable labels: 13 and up).
    ``local_sharpness`` and ``local_contrast``: the same, and the range of luma, in the sharpest (most contrasted)
    of the 50-pixel tiles, so that a small sharp label before a plain wall counts as sharp. ``problems``: Korean
    advice for retaking the photo. ``hopeless``: reading it would be guessing.
    """

    brightness: float
    contrast: float
    spread: float
    sharpness: float
    local_sharpness: float
    local_contrast: float
    problems: tuple[str, ...]
    hopeless: bool


def resized(pixels: Pixels, scale: float) -> Pixels:
    """``pixels`` (H, W or H, W, C) times ``scale``; by a whole factor first when shrinking, which is twice as fast."""
    if scale == 1:
        return pixels
    if scale > 1:
        return _as_pixels(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))
    height, width = pixels.shape[:2]
    target = (max(1, round(width * scale)), max(1, round(height * scale)))
    whole = int(1 / scale)
    if whole > 1 and min(height, width) >= whole:
        pixels = _as_pixels(cv2.resize(pixels, (width // whole, height // whole), interpolation=cv2.INTER_AREA))
    return _as_pixels(cv2.resize(pixels, target, interpolation=cv2.INTER_AREA))


def quality(photo: Photo) -> Quality:
    """Measure ``photo`` and say what to do better. Never raises for a Photo."""
    scale = _LOOK_SIDE / max(photo.pixels.shape[:2])
    gray = resized(_as_pixels(cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY)), scale)
    edges = cv2.Laplacian(gray, cv2.CV_32F)
    # Sensor noise looks like sharpness; smoothed first, only strokes remain.
    strokes = cv2.Laplacian(cv2.GaussianBlur(gray.astype(np.float32), (0, 0), 1.0), cv2.CV_32F)
    low, high = np.percentile(gray, (5, 95))
    tiles = _tiles(gray)
    ranges = np.sort(tiles, axis=1)
    cut = tiles.shape[1] // 50
    local_contrast = float(np.percentile(ranges[:, -1 - cut].astype(np.float32) - ranges[:, cut], 98))
    local_sharpness = float(np.percentile(_tiles(strokes).var(axis=1), 98))
    brightness = float(gray.mean())
    sharpness = float(edges.var())
    problems, hopeless = _advice(photo.size, brightness, sharpness, local_sharpness, local_contrast)
    return Quality(
        brightness=brightness,
        contrast=float(gray.std()),
        spread=float(high - low),
        sharpness=sharpness,
        local_sharpness=local_sharpness,
        local_contrast=local_contrast,
        problems=problems,
        hopeless=hopeless,
    )


def _tiles(plane: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(H, W) cut into square tiles: (number of tiles, pixels of a tile); an uneven rest is left out."""
    side = min(_TILE, *plane.shape)
    rows, columns = plane.shape[0] // side, plane.shape[1] // side
    cut = plane[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return cut.swapaxes(1, 2).reshape(rows * columns, side * side)


def _advice(
    size: tuple[int, int], brightness: float, sharpness: float, local_sharpness: float, local_contrast: float
) -> tuple[tuple[str, ...], bool]:
    """Korean retake advice, worst first, and whether the photo is hopeless."""
    flat = local_contrast < _FLAT
    worst = ""
    if min(size) < MIN_SIDE:
        worst = f"사진이 너무 작습니다({size[0]}×{size[1]} 화소). 원본 크기로 올리거나 가까이에서 다시 촬영해 주세요."
    elif flat and brightness < _DIM:
        worst = "사진이 너무 어둡습니다. 밝은 곳에서 또는 플래시를 켜고 다시 촬영해 주세요."
    elif flat and brightness > _BRIGHT:
        worst = "사진이 너무 밝아 글자가 날아갔습니다. 빛 반사를 피해 다시 촬영해 주세요."
    elif local_sharpness < _BLURRED:
        worst = "초점이 맞지 않아 글자를 읽을 수 없습니다. 라벨에 초점을 맞추고 흔들림 없이 다시 촬영해 주세요."
    elif flat:
        worst = "글자와 바탕이 구분되지 않습니다. 라벨이 또렷하게 보이도록 다시 촬영해 주세요."
    if worst:
        return (worst,), True
    problems = []
    if brightness < _DIM:
        problems.append("사진이 어둡습니다. 글자가 잘 읽히지 않으면 밝은 곳에서 다시 촬영해 주세요.")
    if local_sharpness < _SOFT or (sharpness < _SOFT and local_sharpness < 2 * _SOFT):
        problems.append("초점이 다소 흐립니다. 글자가 잘 읽히지 않으면 라벨에 초점을 맞추어 다시 촬영해 주세요.")
    if local_contrast < _FAINT:
        problems.append("글자와 바탕의 대비가 약합니다. 빛 반사를 피해 라벨을 정면에서 다시 촬영해 주세요.")
    return tuple(problems), False
