"""Pictures of a judgement: the photo with the deciding words boxed, and those words enlarged."""

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lib.entries.hazard_photo.catalogue import Effect
from lib.entries.hazard_photo.match import Box
from lib.entries.hazard_photo.photo import Pixels
from lib.entries.hazard_photo.screen import Judgement

COLOURS = {  # RGB, read well on any label
    Effect.NARCOTIC: (142, 0, 95),
    Effect.BLOCK: (214, 31, 31),
    Effect.CHECK: (214, 122, 0),
    Effect.CLEAR: (40, 110, 180),
}
SHOWN_SIDE = 1400


def marked(judgement: Judgement) -> bytes:
    """JPEG of the photo (long side at most ``SHOWN_SIDE``) with a box around every word that counted."""
    pixels = judgement.photo.pixels
    scale = min(1.0, SHOWN_SIDE / max(pixels.shape[:2]))
    picture = np.array(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    thick = max(3, round(max(picture.shape[:2]) / 350))
    for match in reversed(judgement.matches):
        for box in match.boxes:
            corners = _grown(np.array(box) * scale, thick * 1.5).round().astype(np.int32)
            cv2.polylines(picture, [corners], isClosed=True, color=(255, 255, 255), thickness=thick * 2)
            cv2.polylines(picture, [corners], isClosed=True, color=COLOURS[match.effect], thickness=thick)
    return _jpeg(picture)


def enlarged(judgement: Judgement, box: Box) -> bytes:
    """JPEG of one word with a little of what stands around it, turned upright."""
    corners = _grown(np.array(box, dtype=np.float32), 0.6 * float(np.linalg.norm(np.subtract(box[3], box[0]))))
    width = int(max(float(np.linalg.norm(corners[1] - corners[0])), 8.0))
    height = int(max(float(np.linalg.norm(corners[3] - corners[0])), 8.0))
    zoom = min(4.0, max(0.2, 90 / height))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32) * zoom
    transform = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    size = (int(width * zoom), int(height * zoom))
    return _jpeg(
        np.asarray(cv2.warpPerspective(judgement.photo.pixels, transform, size, flags=cv2.INTER_CUBIC), dtype=np.uint8)
    )


def _grown(corners: NDArray[np.floating], by: float) -> NDArray[np.floating]:
    """The quadrilateral with each side moved outward by ``by`` pixels."""
    along = corners[1] - corners[0]
    down = corners[3] - corners[0]
    along = along / (np.linalg.norm(along) or 1) * by
    down = down / (np.linalg.norm(down) or 1) * by
    return np.asarray(corners + np.array([-along - down, along - down, along + down, -along + down]))


def _jpeg(picture: Pixels) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "JPEG", quality=85)
    return out.getvalue()
