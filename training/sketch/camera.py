"""From ink to a picture of it: paper, light, perspective, blur, scanner, JPEG. Labels follow the perspective."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from training.sketch.pen import Rect

Image = npt.NDArray[np.uint8]
Label = tuple[int, Rect]


def shoot(rng: np.random.Generator, ink: Image, labels: list[Label]) -> tuple[Image, list[Label]]:
    """A grey picture of the sheet, and the labels in its pixels."""
    kind = rng.random()
    if kind < 0.15:  # a tablet or a drawing program
        return 255 - ink, labels
    if kind < 0.3:
        return _scan(rng, ink), labels
    picture = _photo(rng, ink)
    if rng.random() < 0.75:
        picture, labels = _tilt(rng, picture, labels)
    return _develop(rng, picture), labels


def _scan(rng: np.random.Generator, ink: Image) -> Image:
    """Black and white, with specks and strokes worn thin or thick."""
    noisy = cv2.GaussianBlur(ink, (3, 3), 0).astype(np.float32) + rng.normal(0, 14, ink.shape).astype(np.float32)
    binary = (noisy > rng.uniform(60, 150)).astype(np.uint8) * 255
    if rng.random() < 0.3:
        binary = np.asarray(cv2.dilate(binary, np.ones((2, 2), np.uint8)), np.uint8)
    return (255 - binary).astype(np.uint8)


def _photo(rng: np.random.Generator, ink: Image) -> Image:
    height, width = ink.shape
    base = rng.uniform(150, 245)
    paper = np.full((height, width), base, np.float32)
    paper += cv2.resize(rng.normal(0, 5, (height // 60 + 2, width // 60 + 2)), (width, height)).astype(np.float32)
    _ruling(rng, paper)
    y, x = np.mgrid[0 : 1 : complex(height), 0 : 1 : complex(width)].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    paper *= 1 + rng.uniform(0, 0.35) * (np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5))
    if rng.random() < 0.3:  # the shadow of a hand or a phone
        edge = np.cos(angle + 1) * (x - rng.uniform(0.2, 0.8)) + np.sin(angle + 1) * (y - rng.uniform(0.2, 0.8))
        paper *= 1 - rng.uniform(0.1, 0.45) / (1 + np.exp(-edge * rng.uniform(8, 60)))
    dark = rng.uniform(20, 110)  # how dark full ink is
    cover = ink.astype(np.float32) / 255 * rng.uniform(0.6, 1.0)
    if rng.random() < 0.4:  # pencil grain
        cover *= np.clip(1 + rng.normal(0, 0.35, ink.shape).astype(np.float32), 0, 1.2)
    picture = paper * (1 - cover) + np.minimum(dark, paper) * cover
    return np.clip(picture + rng.normal(0, rng.uniform(0.5, 5), picture.shape), 0, 255).astype(np.uint8)


def _ruling(rng: np.random.Generator, paper: npt.NDArray[np.float32]) -> None:
    kind = rng.random()
    if kind > 0.25:
        return
    step = int(rng.uniform(18, 45))
    depth = rng.uniform(6, 35)
    paper[int(rng.integers(step)) :: step] -= depth
    if kind < 0.12:
        paper[:, int(rng.integers(step)) :: step] -= depth


def _tilt(rng: np.random.Generator, picture: Image, labels: list[Label]) -> tuple[Image, list[Label]]:
    height, width = picture.shape
    strength = rng.uniform(0.0, 0.05)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = np.deg2rad(rng.normal(0, 2.0))
    moved = corners - [width / 2, height / 2]
    moved = moved @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]], np.float32)
    moved = moved * rng.uniform(0.88, 1.0) + [width / 2, height / 2]
    moved += rng.uniform(-strength, strength, (4, 2)) * [width, height]
    matrix = np.asarray(cv2.getPerspectiveTransform(corners, moved.astype(np.float32)), np.float64)
    desk = float(rng.uniform(30, 235)) if rng.random() < 0.5 else float(np.median(picture))
    warped = cv2.warpPerspective(picture, matrix, (width, height), borderValue=(desk, desk, desk))
    return warped.astype(np.uint8), [(kind, _warped(matrix, box)) for kind, box in labels]


def _warped(matrix: npt.NDArray[np.float64], box: Rect) -> Rect:
    x, y, w, h = box
    points = np.array([[[x, y], [x + w, y], [x + w, y + h], [x, y + h]]], np.float32)
    moved = cv2.perspectiveTransform(points, matrix)[0]
    left, top = moved.min(axis=0)
    right, bottom = moved.max(axis=0)
    return float(left), float(top), float(right - left), float(bottom - top)


def _develop(rng: np.random.Generator, picture: Image) -> Image:
    if rng.random() < 0.4:
        size = int(rng.integers(1, 3)) * 2 + 1
        picture = cv2.GaussianBlur(picture, (size, size), 0).astype(np.uint8)
    if rng.random() < 0.7:
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))])
        picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
    return picture
