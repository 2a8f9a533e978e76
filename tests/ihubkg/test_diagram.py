"""Diagrams: well-formed pictures with words, the same each time."""

import xml.etree.ElementTree as ET

from ihubkg.diagram import Box, Row, draw

BOXES = (
    Box("design"),
    Box("method", (Row("has step", "method step"), Row("note", "text", to=False)), ("design",)),
    Box("method step", above=("design",)),
)


def picture() -> str:
    return draw(BOXES, name="method", title="Methods", about="Three classes.")


def test_the_picture_is_well_formed_and_says_what_it_shows() -> None:
    root = ET.fromstring(picture())
    words = {(node.text or "").strip() for node in root.iter()}
    assert root.get("role") == "img"
    assert {"Methods", "Three classes.", "design", "method", "method step"} <= words
    assert any("has step" in word for word in words)


def test_the_same_boxes_give_the_same_picture() -> None:
    assert picture() == picture()
    assert picture() != draw(BOXES[:1], name="method", title="Methods", about="Three classes.")
