"""A SketchReading as JSON and back, for the channel between processes and for `--elements`."""

from __future__ import annotations

from typing import Any

from assistant.core.sketch import Arrow, Box, Element, ElementType, Instruction, SketchReading


def reading_to_json(reading: SketchReading) -> dict[str, Any]:
    return {
        "width": reading.width,
        "height": reading.height,
        "language": reading.language,
        "ground": reading.ground,
        "elements": [_element_to_json(e) for e in reading.elements],
        "instructions": [
            {"text": i.text, "box": _box_to_json(i.box), "target": i.target} for i in reading.instructions
        ],
        "arrows": [[round(v, 1) for v in (a.x0, a.y0, a.x1, a.y1)] for a in reading.arrows],
        "stage_seconds": {stage: round(seconds, 4) for stage, seconds in reading.stage_seconds.items()},
    }


def reading_from_json(data: dict[str, Any]) -> SketchReading:
    return SketchReading(
        int(data["width"]),
        int(data["height"]),
        tuple(_element_from_json(e) for e in data["elements"]),
        tuple(Instruction(i["text"], Box(*i["box"]), i["target"]) for i in data["instructions"]),
        str(data["language"]),
        str(data["ground"]),
        {str(stage): float(seconds) for stage, seconds in data["stage_seconds"].items()},
        tuple(Arrow(*map(float, arrow)) for arrow in data["arrows"]),
    )


def _element_to_json(element: Element) -> dict[str, Any]:
    return {
        "id": element.id,
        "type": str(element.type),
        "box": _box_to_json(element.box),
        "text": element.text,
        "confidence": round(element.confidence, 3),
        "checked": element.checked,
        "lines": element.lines,
        "evidence": list(element.evidence),
        "fill": element.fill,
    }


def _element_from_json(data: dict[str, Any]) -> Element:
    return Element(
        str(data["id"]),
        ElementType(data["type"]),
        Box(*data["box"]),
        str(data["text"]),
        float(data["confidence"]),
        bool(data["checked"]),
        int(data["lines"]),
        tuple(data["evidence"]),
        str(data["fill"]),
    )


def _box_to_json(box: Box) -> list[float]:
    return [round(v, 1) for v in (box.x, box.y, box.width, box.height)]
