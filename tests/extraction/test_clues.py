import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction.reading import clues

TEXTS = st.one_of(st.text(max_size=60), st.text("Rosa Halwy.,&-/|()·営業部 0123", max_size=60))


def all_clues(text: str, *, email: str = "", host: str = "") -> clues.Clues:
    """The clues of a text on a card with this e-mail address and this host."""
    emails, hosts = [email] if email else [], [host] if host else []
    found = clues.of_words(text) | clues.of_letters(text) | clues.of_internet(text, emails, hosts)
    return found | clues.likeness(found)


def likeness(field: str, text: str, *, email: str = "", host: str = "") -> float:
    return all_clues(text, email=email, host=host)[f"like_{field}"]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Rosa Halloway", "full_name"),
        ("山田 花子", "full_name"),
        ("Sales Manager", "job_title"),
        ("Gerente de Vendas", "job_title"),
        ("課長", "job_title"),
        ("Purchasing Department", "department"),
        ("営業部", "department"),
        ("Northwind Boats Ltd", "company"),
        ("株式会社北風造船", "company"),
    ],
)
def test_a_text_looks_most_like_what_it_is(text: str, field: str) -> None:
    assert max(clues.LIKENESS, key=lambda name: likeness(name, text)) == field


@pytest.mark.parametrize(
    "local",
    [
        "rosa.halloway", "halloway.rosa", "rosahalloway", "rosa", "halloway", "rhalloway",
        "r.halloway", "rosah", "hallowayr", "rosa.halloway7",
    ],
)  # fmt: skip
def test_an_email_address_made_of_a_name_fits_it(local: str) -> None:
    assert clues.email_matches_name(f"{local}@northwind.example", "Rosa Halloway") == 1.0


def test_initials_in_an_email_address_fit_the_name_less_than_its_words() -> None:
    assert 0 < clues.email_matches_name("rh@northwind.example", "Rosa Halloway") < 1


@pytest.mark.parametrize("local", ["info", "carla.teixeira", "4711", ""])
def test_other_email_addresses_do_not_fit_a_name(local: str) -> None:
    assert clues.email_matches_name(f"{local}@northwind.example", "Rosa Halloway") == 0.0


@pytest.mark.parametrize("local", ["juergen.mueller", "jurgen.muller", "jmueller", "jmuller"])
def test_umlauts_may_be_spelled_out_in_an_email_address(local: str) -> None:
    assert clues.email_matches_name(f"{local}@northwind.example", "Jürgen Müller") == 1.0


def test_titles_and_degrees_do_not_hide_the_name_in_an_email_address() -> None:
    assert clues.email_matches_name("rhalloway@x.example", "Dr. Rosa Halloway, PhD") == 1.0


def test_the_fitting_email_address_of_several_counts() -> None:
    emails = ["info@northwind.example", "rosa@northwind.example"]
    assert clues.of_internet("Rosa Halloway", emails, [])["email_name"] == 1.0


def test_a_company_may_stand_before_the_at_with_a_number() -> None:
    assert clues.of_internet("Northwind", ["northwind7@mail.example"], [])["local"] == 1.0


def test_a_host_fits_a_company_the_better_the_more_of_it_is_there() -> None:
    companies = ("Northwind Boats", "Northwind Boats Ltd", "Northwind Yachts", "Harbour Marine")
    fits = [clues.host_matches("northwind-boats", company) for company in companies]
    assert fits[0] == 1.0
    assert fits == sorted(set(fits), reverse=True)
    assert fits[-1] == 0.0


def test_the_first_letters_of_a_company_may_be_its_host() -> None:
    assert clues.host_matches("nbl", "Northwind Boats Ltd") > 0.5


@pytest.mark.parametrize("host", ["nortbotrad", "northboattrad", "nobotr"])
def test_the_beginnings_of_a_company_s_words_may_be_its_host(host: str) -> None:
    assert clues.host_matches(host, "Northwind Boat Trading") > 0.5


@pytest.mark.parametrize("host", ["nortxboat", "boatnorth", "northwindbakery"])
def test_other_letters_between_the_beginnings_of_words_are_no_host(host: str) -> None:
    assert not clues._begins_words(host, ["northwind", "boat", "trading"])


def test_a_slip_of_the_ocr_does_not_part_a_company_from_its_host() -> None:
    assert clues.host_matches("northwind", "Nortwhind") > 0.5


@pytest.mark.parametrize(("host", "company"), [("", "Northwind"), ("northwind", ""), ("n", "N")])
def test_hosts_and_companies_without_letters_to_compare_do_not_fit(host: str, company: str) -> None:
    assert clues.host_matches(host, company) == 0.0


def test_an_email_address_that_fits_speaks_for_the_name() -> None:
    plain = likeness("full_name", "Odalys Brandt")
    assert likeness("full_name", "Odalys Brandt", email="o.brandt@northwind.example") > plain
    assert likeness("full_name", "Odalys Brandt", email="info@northwind.example") == plain


def test_a_host_that_fits_speaks_for_the_company_and_against_the_name() -> None:
    with_host, without = all_clues("Grace Marina", host="gracemarina"), all_clues("Grace Marina")
    assert with_host["like_company"] > without["like_company"]
    assert with_host["like_full_name"] < without["like_full_name"]


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("山田花子", 1.0, 1.0),
        ("山田 花子", 1.0, 1.0),
        ("김민수", 1.0, 1.0),
        ("営業部", 0.0, 0.4),
        ("北風造船株式会社", 0.0, 0.0),
        ("山", 0.0, 0.0),
        ("Rosa", 0.0, 0.0),
    ],
)
def test_short_texts_that_begin_with_a_surname_look_like_names(
    text: str, least: float, most: float
) -> None:
    assert least <= clues.cjk_name(text) <= most


def test_a_title_before_a_name_is_no_job_title() -> None:
    found = all_clues("Prof. Rosa Halloway")
    assert (found["prefix"], found["title"]) == (1.0, 0.0)


def test_sentences_are_told_by_their_common_words() -> None:
    assert all_clues("We are here for you and your boats")["common_words"] >= 4
    assert all_clues("Rosa Halloway")["common_words"] == 0


@given(TEXTS)
def test_every_text_has_the_same_clues_and_all_are_finite(text: str) -> None:
    found = all_clues(text, email="rosa@northwind.example", host="northwind")
    assert found.keys() == all_clues("").keys()
    assert all(math.isfinite(number) for number in found.values())


@given(TEXTS)
def test_likeness_and_fit_are_between_0_and_1(text: str) -> None:
    found = all_clues(text, email="rosa@northwind.example", host="northwind")
    bounded = ("email_name", "host", "local", *(f"like_{field}" for field in clues.LIKENESS))
    assert all(0 <= found[name] <= 1 for name in bounded)


@pytest.mark.parametrize("text", ["Dr. Rosa Halloway, PhD", "Prof. Dr. Rosa Halloway"])
def test_a_name_between_titles_and_degrees_still_looks_like_a_name(text: str) -> None:
    found = all_clues(text)
    assert found["degrees"] == 0.0
    assert max(clues.LIKENESS, key=lambda name: found[f"like_{name}"]) == "full_name"


@pytest.mark.parametrize(
    ("local", "text"), [("sales", "Sales Manager"), ("office", "Office Management")]
)
def test_a_mailbox_for_everybody_is_no_name(local: str, text: str) -> None:
    assert clues.email_matches_name(f"{local}@northwind.example", text) == 0.0


def test_initials_before_a_name_are_no_legal_form() -> None:
    assert all_clues("N.V. Ostrova")["legal_form"] == 0.0
    assert all_clues("Ostrova N.V.")["legal_form"] == 1.0
