import pytest

from extraction.reading.names import is_degrees, split_name


@pytest.mark.parametrize(
    ("full_name", "parts"),
    [
        ("Ana Souza", ("", "Ana", "Souza", "")),
        ("Dr. Ana Maria Souza, PhD", ("Dr.", "Ana Maria", "Souza", "PhD")),
        ("Souza, Ana", ("", "Ana", "Souza", "")),
        ("Souza, Ana M., PhD", ("", "Ana M.", "Souza", "PhD")),
        ("Karl von der Heide Jr.", ("", "Karl", "von der Heide", "Jr.")),
        ("Prof. Dr.-Ing. h.c. Karl Heide", ("Prof. Dr.-Ing. h.c.", "Karl", "Heide", "")),
        ("M. S. Example", ("", "M. S.", "Example", "")),
        ("Rosa Halloway MD", ("", "Rosa", "Halloway", "MD")),
        ("Rosa (Rosie) Halloway", ("", "Rosa", "Halloway", "")),
        ("Ana", ("", "Ana", "", "")),
        ("", ("", "", "", "")),
    ],
)
def test_western_names_are_split(full_name: str, parts: tuple[str, str, str, str]) -> None:
    assert tuple(split_name(full_name)) == parts


@pytest.mark.parametrize(
    ("full_name", "first", "last"),
    [
        ("Juan Carlos García López", "Juan Carlos", "García López"),
        ("Rosa Fernández de la Vega", "Rosa", "Fernández de la Vega"),
        ("João Carlos dos Santos", "João Carlos", "dos Santos"),
        ("Maria da Silva Teixeira", "Maria da Silva", "Teixeira"),
        ("Rosa de Teixeira e Souza", "Rosa", "de Teixeira e Souza"),
        ("Pedro Ramírez", "Pedro", "Ramírez"),
    ],
)
def test_spanish_and_portuguese_surnames_stay_together(
    full_name: str, first: str, last: str
) -> None:
    assert split_name(full_name)[1:3] == (first, last)


@pytest.mark.parametrize(
    ("full_name", "first", "last"),
    [
        ("HALLOWAY Rosa", "Rosa", "HALLOWAY"),
        ("Rosa HALLOWAY", "Rosa", "HALLOWAY"),
        ("VAN DER HEIDE Jan", "Jan", "VAN DER HEIDE"),
        ("YAMADA Hanako", "Hanako", "YAMADA"),
        ("JR Halloway", "JR", "Halloway"),
        ("ROSA HALLOWAY", "ROSA", "HALLOWAY"),
        ("Yamada Hanako", "Yamada", "Hanako"),
    ],
)
def test_capitals_tell_the_surname_and_nothing_else_turns_a_name(
    full_name: str, first: str, last: str
) -> None:
    assert split_name(full_name)[1:3] == (first, last)


@pytest.mark.parametrize(
    ("full_name", "parts"),
    [
        ("山田 花子", ("", "花子", "山田", "")),
        ("山田花子", ("", "花子", "山田", "")),
        ("山田 花子 (Hanako Yamada)", ("", "花子", "山田", "")),
        ("工学博士 山田花子", ("工学博士", "花子", "山田", "")),
        ("山田花子様", ("", "花子", "山田", "様")),
        ("王小明", ("", "小明", "王", "")),
        ("欧阳小明", ("", "小明", "欧阳", "")),
        ("王 小明 博士", ("", "小明", "王", "博士")),
        ("王先生", ("", "", "王", "先生")),
        ("김하늘", ("", "하늘", "김", "")),
        ("남궁하늘", ("", "하늘", "남궁", "")),
        ("김 하늘", ("", "하늘", "김", "")),
    ],
)
def test_east_asian_names_begin_with_the_surname(
    full_name: str, parts: tuple[str, str, str, str]
) -> None:
    assert tuple(split_name(full_name)) == parts


@pytest.mark.parametrize(
    "text",
    ["PhD", "M. Tech., F.I.E. (India), MISTE", "B.E.,M.Tech.,Ph.D.", "M.E., D.X.A., IWX (U.S.A)"],
)
def test_a_line_of_degrees_is_known(text: str) -> None:
    assert is_degrees(text)


@pytest.mark.parametrize(
    "text",
    [
        "Rosa Halloway, PhD",
        "M.A. Halloway, M.Tech",
        "M.A. HALLOWAY",
        "N.V. Brandt",
        "Boats",
        "",
        "(",
    ],
)
def test_a_line_with_a_name_or_other_words_is_no_line_of_degrees(text: str) -> None:
    assert not is_degrees(text)
