import threading
from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from PIL import Image

from backoffice import synthetic
from extraction.reading import codes, ocr
from extraction.result import Line

JAPANESE = ("北風造船株式会社", "代表取締役", "山田花子", "東京都港区芝浦三丁目")
LATIN = ("Northwind Boats", "Rosa Halloway", "+44 20 7946 0958", "rosa@northwind.example")
UPRIGHT = {0: 0, 90: 270, 180: 180, 270: 90}
"""By how much a card was turned, and by how much it has to be turned to be upright."""


def drawn(*rows: tuple[str, int, int], size: tuple[int, int] = (700, 460)) -> Image.Image:
    """A white picture with black text: each row is a text, its left and its base line in px."""
    import cv2

    canvas = np.full((size[1], size[0], 3), 255, np.uint8)
    for text, left, base in rows:
        face = cv2.FontFace("uni" if not text.isascii() else "sans")
        cv2.putText(canvas, text, (left, base), (0, 0, 0), face, 44)
    return Image.fromarray(canvas)


def level(texts: Sequence[str]) -> Image.Image:
    """A card whose lines run from left to right."""
    rows = [(text, 60, 100 + 110 * number) for number, text in enumerate(texts)]
    return drawn(*rows, size=(1000, 560))


def downwards(texts: Sequence[str]) -> Image.Image:
    """A card whose lines are written downwards, the first one at the right."""
    signs = [
        (sign, 590 - 110 * column, 100 + 51 * row)
        for column, text in enumerate(texts)
        for row, sign in enumerate(text)
    ]
    return drawn(*signs, size=(700, 1000))


def texts(picture: Image.Image) -> list[str]:
    return [line.text.replace(" ", "") for line in ocr.read([picture]).seen.lines]


@pytest.fixture(scope="module")
def front() -> Image.Image:
    return drawn(("Rosa Halloway", 40, 90), ("rosa@northwind.example", 40, 200))


@pytest.fixture(scope="module")
def lines(front: Image.Image) -> tuple[Line, ...]:
    return ocr.read([front]).seen.lines


def test_printed_lines_are_read_from_top_to_bottom(lines: tuple[Line, ...]) -> None:
    read = [line.text.replace(" ", "") for line in lines]
    assert read == ["RosaHalloway", "rosa@northwind.example"]


def test_boxes_are_in_pixels_of_the_picture(lines: tuple[Line, ...]) -> None:
    (left, top), _, (right, bottom), _ = lines[0].box.corners
    assert 20 < left < 60 < right < 500
    assert 30 < top < 90 < bottom < 130


def test_boxes_of_a_large_picture_are_scaled_back(
    front: Image.Image, lines: tuple[Line, ...]
) -> None:
    large = front.resize((front.width * 5, front.height * 5))
    (left, _), (right, _), _, _ = ocr.read([large]).seen.lines[0].box.corners
    (small_left, _), (small_right, _), _, _ = lines[0].box.corners
    assert left == pytest.approx(5 * small_left, abs=50)
    assert right == pytest.approx(5 * small_right, abs=50)


def test_sides_are_counted_from_the_front(front: Image.Image) -> None:
    back = drawn(("北風造船", 40, 120), size=(400, 260))
    read = ocr.read([front, back]).seen.lines
    assert [line.box.side for line in read] == [0, 0, 1]
    assert read[-1].text == "北風造船"


@pytest.mark.parametrize("size", [(300, 200), (1, 1), (20, 900)])
def test_a_picture_without_text_has_no_lines(size: tuple[int, int]) -> None:
    picture = Image.new("RGB", size, "white")
    reading = ocr.read([picture])
    assert reading.seen.lines == ()
    assert reading.seen.turns == (0,)
    assert reading.pictures == (picture,)


def test_no_pictures_have_no_lines() -> None:
    assert ocr.read([]).seen.lines == ()


def test_threads_may_read_at_the_same_time(front: Image.Image, lines: tuple[Line, ...]) -> None:
    results: list[tuple[Line, ...]] = []
    threads = [
        threading.Thread(target=lambda: results.append(ocr.read([front]).seen.lines))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [lines, lines]


@pytest.mark.parametrize("degrees", [90, 180, 270])
@pytest.mark.parametrize("written", [LATIN, JAPANESE], ids=["latin", "japanese"])
def test_a_turned_card_is_turned_upright_and_reads_the_same(
    written: tuple[str, ...], degrees: int
) -> None:
    card = level(written)
    reading = ocr.read([ocr.turned(card, degrees)])
    assert reading.seen.turns == (UPRIGHT[degrees],)
    assert [line.text for line in reading.seen.lines] == list(written)
    assert reading.pictures[0].tobytes() == card.tobytes()


def test_boxes_of_a_turned_card_are_in_pixels_of_the_upright_picture() -> None:
    card = level(LATIN)
    lying = ocr.read([ocr.turned(card, 90)]).seen.lines
    standing = ocr.read([card]).seen.lines
    assert [line.box for line in lying] == [line.box for line in standing]


def test_each_side_is_turned_by_itself() -> None:
    upright, upside_down = level(LATIN), ocr.turned(level(JAPANESE), 180)
    reading = ocr.read([upright, upside_down])
    assert reading.seen.turns == (0, 180)
    assert [line.text for line in reading.seen.lines] == [*LATIN, *JAPANESE]


@pytest.mark.parametrize("degrees", [90, 180, 270])
@pytest.mark.parametrize("number", [1, 4])
def test_a_photographed_card_that_lies_sideways_is_turned(number: int, degrees: int) -> None:
    card = synthetic.draw(number)
    photo = synthetic.photograph(card.front, Random(number))
    reading = ocr.read([ocr.turned(photo, degrees)])
    assert reading.seen.turns == (UPRIGHT[degrees],)
    assert reading.pictures[0].size == photo.size


@pytest.mark.parametrize("degrees", [0, 180])
def test_japanese_written_downwards_lies_upright(degrees: int) -> None:
    reading = ocr.read([ocr.turned(downwards(JAPANESE), degrees)])
    assert reading.seen.turns == (UPRIGHT[degrees],)
    assert {line.text for line in reading.seen.lines} == set(JAPANESE)


def test_corners_of_a_line_written_downwards_begin_at_its_top_right() -> None:
    (line,) = ocr.read([downwards(["北風造船株式会社"])]).seen.lines
    (first_x, first_y), (second_x, second_y), (third_x, _), _ = line.box.corners
    assert second_y > first_y + 300
    assert first_x == pytest.approx(second_x, abs=5)
    assert third_x < second_x


def test_a_line_that_runs_up_the_edge_is_read_and_turns_nothing() -> None:
    card = level(LATIN)
    slogan = ocr.turned(drawn(("Boats since 1908", 20, 60), size=(400, 80)), 270)
    card.paste(slogan, (900, 80))
    reading = ocr.read([card])
    assert reading.seen.turns == (0,)
    assert {*LATIN, "Boats since 1908"} == {line.text for line in reading.seen.lines}
    edge = next(line for line in reading.seen.lines if line.text.startswith("Boats"))
    heights = [y for _, y in edge.box.corners[:2]]
    assert heights == sorted(heights, reverse=True), "it begins at the bottom"


def test_small_print_of_a_large_photograph_is_read_from_its_own_pixels() -> None:
    """Print of 4 px at the size where lines are looked for."""
    import cv2

    canvas = np.full((1400, 2500, 3), 255, np.uint8)
    cv2.putText(canvas, LATIN[3], (200, 300), (0, 0, 0), cv2.FontFace("sans"), 26)
    assert texts(Image.fromarray(canvas)) == [LATIN[3]]


def test_codes_are_found_in_pixels_of_the_turned_picture() -> None:
    import zxingcpp

    image = zxingcpp.create_barcode("https://northwind.example", zxingcpp.BarcodeFormat.QRCode)
    card = level(LATIN)
    card.paste(Image.fromarray(np.array(image.to_image(scale=6))), (760, 300))
    seen = ocr.read([ocr.turned(card, 90)]).seen
    assert codes.contacts(seen.codes) == {"website": "https://northwind.example"}
    assert all(760 < x < 1000 for x, _ in seen.codes[0].box.corners)


def test_the_models_are_loaded_once(front: Image.Image) -> None:
    ocr.read([front])
    engine = ocr._engine()
    ocr.read([front, ocr.turned(front, 180)])
    assert ocr._engine() is engine


def test_the_identity_names_versions_models_and_scales() -> None:
    assert ocr.identity().startswith("rapidocr ")
    scales = f"{ocr.FINDING_SIDE_PX} and {ocr.READING_SIDE_PX} px"
    assert ocr.identity().endswith(f"PP-OCRv6 small, {scales}")
