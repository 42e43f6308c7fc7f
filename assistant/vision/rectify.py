"""Turns the photo so that the page is upright and its lines run level. Never cuts writing off.

Pure functions over arrays. The result keeps the matrix, so that boxes can be carried back to the photo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from assistant.vision.ink import Pixels
from assistant.vision.reader import OcrLine, Points

Matrix = npt.NDArray[np.float64]

PAGE_SHARE = (0.3, 0.985)  # of the photo's area: less is a sticker, more is no desk at all
SKEW_DEGREES = (2.5, 25.0)  # less is the hand, more is a drawing that is meant to be slanted
SMALL_LINE = 30.0  # pixels: lines of writing lower than this are too small for strokes to be told from letters
LARGEST_SIDE = 2000  # of a magnified picture
CUT_MARGIN = 0.25  # of a line's height that may stick out of the page before the page is disbelieved


@dataclass(frozen=True, slots=True, eq=False)
class Rectified:
    """`matrix` (3 x 3) maps points of the photo to points of `image`."""

    image: Pixels
    matrix: Matrix


def rectify(image: Pixels, lines: Sequence[OcrLine]) -> Rectified:
    """Warp a page that lies on a desk, else level the lines, else leave the picture alone."""
    quad = find_page(image)
    if quad is not None and keeps_lines(quad, lines):
        return _warp(image, quad)
    angle = skew_degrees(lines)
    if SKEW_DEGREES[0] <= abs(angle) <= SKEW_DEGREES[1]:
        return _rotate(image, angle)
    return Rectified(image, np.eye(3))


def magnified(page: Rectified, lines: Sequence[OcrLine]) -> Rectified:
    """The page with its small print as high as handwriting is: for pictures of screens, whose strokes are hairlines."""
    if not lines:
        return page
    factor = min(SMALL_LINE / float(np.median([line.height for line in lines])), LARGEST_SIDE / max(page.image.shape))
    if factor < 1.2:
        return page
    image = cv2.resize(page.image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    return Rectified(np.asarray(image, np.uint8), np.diag([factor, factor, 1.0]) @ page.matrix)


def is_upright(matrix: Matrix) -> bool:
    """Does it at most magnify?"""
    return bool(np.allclose(matrix, np.diag([matrix[0, 0], matrix[0, 0], 1.0])))


def carry(lines: Sequence[OcrLine], matrix: Matrix) -> list[OcrLine]:
    """The same lines in the rectified picture."""
    return [replace(line, quad=move(line.quad, matrix)) for line in lines]


def move(points: Points, matrix: Matrix) -> Points:
    moved = cv2.perspectiveTransform(points.reshape(-1, 1, 2).astype(np.float64), matrix)
    return np.asarray(moved.reshape(-1, 2), np.float32)


def find_page(image: Pixels) -> Points | None:
    """Corners of the bright sheet, clockwise from top left, or None where there is no clear one."""
    height, width = image.shape[:2]
    scale = 320 / max(height, width)
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (9, 9), 0)
    _, bright = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    inside, outside = grey[bright > 0], grey[bright == 0]
    if not outside.size or not inside.size or float(np.median(inside)) - float(np.median(outside)) < 40:
        return None
    bright = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    sheet = cv2.convexHull(max(contours, key=cv2.contourArea))
    share = cv2.contourArea(sheet) / grey.size
    corners = cv2.approxPolyDP(sheet, 0.03 * cv2.arcLength(sheet, True), True)
    if not PAGE_SHARE[0] <= share <= PAGE_SHARE[1] or len(corners) != 4:
        return None
    quad = _clockwise(corners.reshape(4, 2).astype(np.float32) / scale)
    return quad if _is_sheet(quad, cv2.contourArea(sheet) / scale**2) else None


def keeps_lines(quad: Points, lines: Sequence[OcrLine]) -> bool:
    """Does every line of text lie inside? A shadow taken for the desk would cut some off."""
    contour = quad.reshape(-1, 1, 2)
    for line in lines:
        for corner in line.quad:
            point = (float(corner[0]), float(corner[1]))
            if cv2.pointPolygonTest(contour, point, True) < -CUT_MARGIN * line.height:
                return False
    return True


def skew_degrees(lines: Sequence[OcrLine]) -> float:
    """Slope of the writing, clockwise positive: the median over long lines, weighted by length."""
    slopes = []
    for line in lines:
        if line.width > 3 * line.height:
            across = line.quad[1] - line.quad[0] + line.quad[2] - line.quad[3]
            slopes.append((float(np.degrees(np.arctan2(across[1], across[0]))), line.width))
    if len(slopes) < 2:
        return 0.0
    slopes.sort()
    weights = np.cumsum([width for _, width in slopes])
    return slopes[int(np.searchsorted(weights, weights[-1] / 2))][0]


def _clockwise(points: Points) -> Points:
    total, difference = points.sum(axis=1), points[:, 0] - points[:, 1]
    order = [total.argmin(), difference.argmax(), total.argmax(), difference.argmin()]
    return np.asarray(points[order], np.float32)


def _is_sheet(quad: Points, area: float) -> bool:
    """Four different corners whose quadrilateral fills the hull, with angles near a right one."""
    if len({(float(x), float(y)) for x, y in quad}) < 4 or cv2.contourArea(quad) < 0.93 * area:
        return False
    for i in range(4):
        one, two = quad[i - 1] - quad[i], quad[(i + 1) % 4] - quad[i]
        cosine = float(one @ two / (np.linalg.norm(one) * np.linalg.norm(two) + 1e-6))
        if abs(cosine) > 0.42:  # 65 to 115 degrees
            return False
    return True


def _warp(image: Pixels, quad: Points) -> Rectified:
    width = int(max(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[2] - quad[3])))
    height = int(max(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[2] - quad[1])))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(quad, target)
    warped = cv2.warpPerspective(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return Rectified(np.asarray(warped, np.uint8), np.asarray(matrix, np.float64))


def _rotate(image: Pixels, degrees: float) -> Rectified:
    height, width = image.shape[:2]
    matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0), [0, 0, 1]])
    corners = move(np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32), matrix)
    left, top = corners.min(axis=0)
    right, bottom = corners.max(axis=0)
    matrix = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]], np.float64) @ matrix
    size = (round(float(right - left)), round(float(bottom - top)))
    turned = cv2.warpPerspective(image, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return Rectified(np.asarray(turned, np.uint8), matrix)
