"""Barcodes on a photo (zxing-cpp)."""

from lib.entries.hazard_photo.photo import Pixels, resized

LONG_SIDE = 2000  # bars of a small code vanish below 1600; above this only time is lost


def read(pixels: Pixels) -> str | None:
    """Digits of the first product barcode (EAN/UPC) on RGB ``pixels``, else of any code, else None.

    UPC-A (12 digits) is given as EAN-13 with its leading zero, the form the official product list uses.
    """
    import zxingcpp

    small = resized(pixels, min(1.0, LONG_SIDE / max(pixels.shape[:2])))
    codes = zxingcpp.read_barcodes(small, try_rotate=True, try_downscale=True)
    texts = sorted(
        (code.text for code in codes if code.text), key=lambda text: not (text.isdigit() and len(text) in (8, 12, 13))
    )
    return normalise(texts[0]) if texts else None


def normalise(code: str) -> str:
    """EAN-13 form of a product barcode; other codes unchanged."""
    digits = "".join(char for char in code if char.isdigit())
    return digits.zfill(13) if len(digits) == 12 and len(digits) == len(code.strip()) else code.strip()
