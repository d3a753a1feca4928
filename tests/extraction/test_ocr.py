import threading

import numpy as np
import pytest
from PIL import Image

from extraction import ocr
from extraction.result import Line


def drawn(*rows: tuple[str, int, int], size: tuple[int, int] = (700, 460)) -> Image.Image:
    """A white picture with black text: each row is a text, its left and its base line in px."""
    import cv2

    canvas = np.full((size[1], size[0], 3), 255, np.uint8)
    for text, left, base in rows:
        face = cv2.FontFace("uni" if not text.isascii() else "sans")
        cv2.putText(canvas, text, (left, base), (0, 0, 0), face, 44)
    return Image.fromarray(canvas)


@pytest.fixture(scope="module")
def front() -> Image.Image:
    return drawn(("Rosa Halloway", 40, 90), ("rosa@northwind.example", 40, 200))


@pytest.fixture(scope="module")
def lines(front: Image.Image) -> list[Line]:
    return ocr.read([front])


def test_printed_lines_are_read_from_top_to_bottom(lines: list[Line]) -> None:
    read = [line.text.replace(" ", "") for line in lines]
    assert read == ["RosaHalloway", "rosa@northwind.example"]


def test_boxes_are_in_pixels_of_the_picture(lines: list[Line]) -> None:
    (left, top), _, (right, bottom), _ = lines[0].box.corners
    assert 20 < left < 60 < right < 500
    assert 30 < top < 90 < bottom < 130


def test_boxes_of_a_large_picture_are_scaled_back(front: Image.Image, lines: list[Line]) -> None:
    large = front.resize((front.width * 3, front.height * 3))
    (left, _), (right, _), _, _ = ocr.read([large])[0].box.corners
    (small_left, _), (small_right, _), _, _ = lines[0].box.corners
    assert left == pytest.approx(3 * small_left, abs=30)
    assert right == pytest.approx(3 * small_right, abs=30)


def test_sides_are_counted_from_the_front(front: Image.Image) -> None:
    back = drawn(("北風造船", 40, 120), size=(400, 260))
    read = ocr.read([front, back])
    assert [line.box.side for line in read] == [0, 0, 1]
    assert read[-1].text == "北風造船"


def test_a_picture_without_text_has_no_lines() -> None:
    assert ocr.read([Image.new("RGB", (300, 200), "white")]) == []


def test_no_pictures_have_no_lines() -> None:
    assert ocr.read([]) == []


def test_threads_may_read_at_the_same_time(front: Image.Image, lines: list[Line]) -> None:
    results: list[list[Line]] = []
    threads = [threading.Thread(target=lambda: results.append(ocr.read([front]))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [lines, lines]


def test_the_identity_names_versions_models_and_scale() -> None:
    assert ocr.identity().startswith("rapidocr ")
    assert ocr.identity().endswith(f"PP-OCRv6 small, {ocr.LONGEST_SIDE_PX} px")
