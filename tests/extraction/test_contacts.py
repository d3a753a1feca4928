import pytest

from extraction.reading import contacts
from extraction.reading.layout import pieces
from tests.extraction.printed import line, rows


def emails(*texts: str) -> list[str]:
    return contacts.find(rows(*texts)).emails


def websites(*texts: str) -> list[str]:
    return contacts.find(rows(*texts)).websites


@pytest.mark.parametrize(
    "printed",
    [
        "E-mail: rosa@northwind.com",
        "Email:ROSA@NORTHWIND.COM",
        "e rosa@northwind.com",
        "rosa @ northwind.com",
        "rosa @ northwind . com",
        "rosa@northwind,com",
        "rosa@northwind. com",
        "rosa©northwind.com",
        "rosa(a)northwind.com",
        "rosa@northwind.corn",
        "rosa@northwind.c0m",
        "rosa@northwindcom",
        "e-mailrosa@northwind.com",
    ],
)
def test_an_email_is_found_however_the_ocr_broke_it(printed: str) -> None:
    assert emails(printed) == ["rosa@northwind.com"]


@pytest.mark.parametrize(
    ("printed", "email"),
    [
        ("rosa@northwind.co.ln", "rosa@northwind.co.in"),
        ("rosa@northwind.combr", "rosa@northwind.com.br"),
        ("rosa@gmai1.com", "rosa@gmail.com"),
        ("rosa@yah00.com", "rosa@yahoo.com"),
        ("rosa@northwind.eldu", "rosa@northwind.edu"),
    ],
)
def test_endings_and_well_known_hosts_are_set_right(printed: str, email: str) -> None:
    assert emails(printed) == [email]


def test_an_email_broken_over_two_lines_is_put_together() -> None:
    assert emails("rosa.halloway@", "northwind.com") == ["rosa.halloway@northwind.com"]
    assert emails("rosa.halloway", "@northwind.com") == ["rosa.halloway@northwind.com"]
    assert emails("rosa.halloway@northwind", "boats.com") == ["rosa.halloway@northwindboats.com"]


def test_the_name_above_an_email_is_not_drawn_into_it() -> None:
    assert emails("Rosa Halloway", "rosa@northwind.com") == ["rosa@northwind.com"]


def test_an_underline_that_was_read_as_a_gap_is_put_back_and_doubted() -> None:
    found = contacts.find(rows("E-mail: rosa halloway@northwind.com"))
    assert found.emails == ["rosa_halloway@northwind.com"]
    assert contacts.as_fields(found)["email"].doubt == "a gap in it was closed"


def test_two_emails_that_ran_together_are_told_apart() -> None:
    assert emails("rosa@gmail.comoffice@northwind.com") == [
        "rosa@gmail.com",
        "office@northwind.com",
    ]


def test_a_host_read_in_two_ways_follows_the_company() -> None:
    found = contacts.find(rows("NORTHWIND BOATS", "rosa@northwlnd.com", "www.northwind.com"))
    assert (found.emails, found.websites) == (["rosa@northwind.com"], ["www.northwind.com"])


def test_a_host_read_in_two_ways_follows_the_surer_reading() -> None:
    sure = line("www.brandt-maier.com", top=40, read=0.99)
    unsure = line("odalys@brandt-rnaier.com", read=0.6)
    assert contacts.find(pieces([unsure, sure])).emails == ["odalys@brandt-maier.com"]


def test_a_host_read_in_two_ways_that_nothing_settles_is_doubted() -> None:
    found = contacts.find(rows("odalys@brandtmeier.com", "www.brandtmeler.com"))
    assert contacts.as_fields(found)["email"].doubt == "its host was read in two ways"


def test_a_number_that_ran_into_an_email_is_set_apart() -> None:
    found = contacts.find(rows("2175550147rosa@northwind.com"))
    assert found.emails == ["rosa@northwind.com"]
    assert [number.text for number in found.numbers] == ["2175550147"]


def test_different_hosts_stay_different() -> None:
    found = contacts.find(rows("rosa@gmail.com", "rosa@ymail.com", "www.northwind.com"))
    assert found.emails == ["rosa@gmail.com", "rosa@ymail.com"]


def test_words_with_a_comma_before_a_country_are_no_email() -> None:
    assert emails("Sails@Harbour,No 12, Harbour Street") == []


@pytest.mark.parametrize(
    "printed",
    [
        "Web: www.northwind.com",
        "www northwind.com",
        "wwwnorthwind.com",
        "wwww.northwind.com",
        "vvww.northwind.com",
        "ww.northwind.com",
        "ww.w.northwind.com",
        "www,northwind,com",
        "www. northwind.com/",
        "www.northwindcom",
        "©www.northwind.com",
    ],
)
def test_a_website_is_found_however_the_ocr_broke_it(printed: str) -> None:
    assert websites(printed) == ["www.northwind.com"]


def test_a_scheme_is_kept_in_its_right_form() -> None:
    assert websites("http:/northwind.com") == ["http://northwind.com"]


def test_a_website_broken_over_two_lines_is_put_together() -> None:
    assert websites("www.northwind.", "com") == ["www.northwind.com"]


def test_the_host_of_an_email_is_a_website_wherever_it_stands_alone() -> None:
    assert websites("NORTHWIND.BOATS", "rosa@northwind.boats") == ["NORTHWIND.BOATS"]


def test_an_address_with_www_comes_before_one_without() -> None:
    assert websites("Sails.AI", "www.northwind.com") == ["www.northwind.com", "Sails.AI"]


def test_abbreviations_with_full_stops_are_no_websites() -> None:
    assert websites("Sr.Manager", "B.Tech.,M.Sc", "Regd.No 5", "St.Louis", "WW II Museum") == []


def test_profiles_and_handles_are_kept_apart() -> None:
    found = contacts.find(rows("linkedin.com/in/rosa", "Instagram @northwind.boats"))
    assert found.socials == ["@northwind.boats", "linkedin.com/in/rosa"]
    assert (found.emails, found.websites) == ([], [])


def test_a_number_beyond_the_places_of_its_kind_is_kept_with_a_doubt() -> None:
    found = contacts.as_fields(
        contacts.find(rows("Fax 217 555 0147", "Fax 217 555 0148", "Tel 217 555 0149"))
    )
    assert (found["fax"].text, found["phone"].text) == ("217 555 0147", "217 555 0149")
    assert found["phone_2"].text == "217 555 0148"
    assert found["phone_2"].doubt == "one fax number more than there are places for"


def test_what_is_left_has_neither_labels_nor_contacts() -> None:
    found = contacts.find(
        rows("12 Harbour Street - Tel/Fax: 217 555 0147", "E-mail: a@northwind.com")
    )
    assert [piece.text for piece in found.rest] == ["12 Harbour Street"]


@pytest.mark.parametrize("text", ["w" * 400, "www." * 90, "a.b@" * 90, "x@y" * 120, "http://" * 50])
def test_hostile_lines_are_read_in_no_time(text: str) -> None:
    assert isinstance(contacts.find(rows(text)).rest, list)


@pytest.mark.parametrize("printed", ["Harbour Board A.P.", "M.Sc. Ph.d."])
def test_the_last_letter_of_an_abbreviation_is_no_label(printed: str) -> None:
    assert contacts.strip_labels(printed) == printed


def test_an_unknown_label_of_a_number_is_left_nowhere() -> None:
    assert contacts.find(rows("Handfon: 217 555 0147")).rest == []
