"""Invents people with a job, a company, an address and telephone numbers nobody answers."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from backoffice.synthetic.names import BRAND_ENDS, BRAND_STARTS
from backoffice.synthetic.places import COUNTRIES, Country, Place
from backoffice.synthetic.trades import Trade

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Line:
    """One way to reach somebody, as printed; `kind` is the contact field it belongs to."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Contact:
    """An invented person: `truth` by contact field, and the same as a card prints it.

    `name` carries prefix and suffix. `second_name` is the name in the other script and is
    printed on the front unless `is_second_name_on_back`.
    """

    country: Country
    truth: dict[str, str]
    name: str
    second_name: str
    is_second_name_on_back: bool
    brand: str
    slogan: str
    products: tuple[str, ...]
    lines: tuple[Line, ...]
    address: tuple[str, ...]

    @property
    def is_japanese(self) -> bool:
        return self.country.language == "ja"


def dice(topic: str, seed: int, number: int = 0) -> Random:
    """A source of chance of its own for each topic: adding one leaves the others as they were."""
    return Random(f"{topic}/{seed}/{number}")  # noqa: S311 (nothing here is a secret)


def deal(items: Sequence[Item], number: int, seed: int, topic: str) -> Item:
    """The item for this card: each comes once in every round of `len(items)` cards.

    Dealing instead of drawing at random makes sure that a small set already shows all there is.
    """
    # Cards are counted from 1.
    turn, place = divmod(number - 1, len(items))
    order = list(range(len(items)))
    dice(topic, seed, turn).shuffle(order)
    return items[order[place]]


def invent(number: int, seed: int, *, is_two_sided: bool) -> Contact:
    """The person with this number, whose name nobody else has among cards 1 to 3,500.

    After those, names come back in other jobs and companies.
    """
    random = dice("person", seed, number)
    slot = deal(range(len(COUNTRIES)), number, seed, "country")
    country = COUNTRIES[slot]
    first, last = _name_pair(slot, (number - 1) // len(COUNTRIES), seed)
    place, trade = random.choice(country.places), random.choice(country.work.trades)
    brand, brand_as_printed = _brand(country, random)
    truth = _identity(country, first, last, random, is_two_sided)
    company = random.choice(country.company).format(brand=brand_as_printed, trade=trade.word)
    truth |= _work(country, company, trade, random)
    domain = _domain(brand, place, random)
    latin = (first.split("/")[-1], last.split("/")[-1])
    lines = _reach(country, place, latin, domain, random)
    truth |= _reach_truth(lines)
    address, address_truth = _address(country, place, random)
    slogan = trade.slogan if random.random() < 0.3 else ""
    truth |= address_truth | ({"notes": slogan} if slogan else {})
    name = " ".join(filter(None, (truth.get("prefix"), _printed_name(truth))))
    return Contact(
        country=country,
        truth=truth,
        name=", ".join(filter(None, (name, truth.get("suffix")))),
        second_name=truth["full_name"] if truth.get("native_name") else "",
        is_second_name_on_back=is_two_sided,
        brand=brand,
        slogan=slogan,
        products=trade.products,
        lines=tuple(lines),
        address=address,
    )


def _name_pair(slot: int, turn: int, seed: int) -> tuple[str, str]:
    """A given and a family name that no other slot and turn has, until all pairs are used."""
    country = COUNTRIES[slot]
    sharers = [at for at, other in enumerate(COUNTRIES) if other.family is country.family]
    index = turn * len(sharers) + sharers.index(slot)
    given, family = list(country.given), list(country.family)
    random = dice("names", seed)
    random.shuffle(given)
    random.shuffle(family)
    return given[index % len(given)], family[index % len(family)]


def _brand(country: Country, random: Random) -> tuple[str, str]:
    """A made-up company word in Latin letters, and as the country prints it."""
    start, end = random.choice(BRAND_STARTS).split("/"), random.choice(BRAND_ENDS).split("/")
    latin = start[0] + end[0]
    return latin, start[1] + end[1] if country.language == "ja" else latin


def _identity(
    country: Country, first: str, last: str, random: Random, is_two_sided: bool
) -> dict[str, str]:
    truth: dict[str, str] = {"languages": country.language}
    if country.language == "ja":
        (native_first, latin_first), (native_last, latin_last) = first.split("/"), last.split("/")
        native = f"{native_last} {native_first}"
        if is_two_sided or random.random() < 0.75:
            first, last, truth["native_name"] = latin_first, latin_last, native
            truth["full_name"] = f"{first} {last}"
        else:
            first, last, truth["full_name"] = native_first, native_last, native
        # The back of such a card is its English side.
        truth["languages"] = "ja, en" if is_two_sided else "ja"
    else:
        truth["full_name"] = f"{first} {last}"
    truth |= {"first_name": first, "last_name": last}
    if country.prefixes and random.random() < 0.2:
        truth["prefix"] = random.choice(country.prefixes)
    elif random.random() < 0.2:
        truth["suffix"] = random.choice(country.suffixes)
    return truth


def _printed_name(truth: dict[str, str]) -> str:
    return truth.get("native_name") or truth["full_name"]


def _work(country: Country, company: str, trade: Trade, random: Random) -> dict[str, str]:
    truth = {
        "job_title": random.choice(country.work.job_titles),
        "company": company,
        "business_type": trade.business_type,
        "contact_type": trade.contact_type,
    }
    if random.random() < 0.4:
        truth["department"] = random.choice(country.work.departments)
    return truth


def _domain(brand: str, place: Place, random: Random) -> str:
    town = _ascii(place.city).replace(" ", "")
    if random.random() < 0.15 and town:
        return f"{brand.lower()}-{town}.example"
    return f"{brand.lower()}.example"


def _reach(
    country: Country, place: Place, latin: tuple[str, str], domain: str, random: Random
) -> list[Line]:
    first, last = (_ascii(part) for part in latin)
    lines = [Line("phone", _telephone(country, place.phone, random))]
    if country.language == "en" and random.random() < 0.15:
        lines[0] = Line("phone", f"{lines[0].text} ext. {random.randint(200, 899)}")
    if random.random() < 0.6:
        lines.append(Line("mobile", _telephone(country, country.mobile, random)))
        if random.random() < 0.1:
            del lines[0]
    if random.random() < 0.35:
        lines.append(Line("fax", _telephone(country, place.phone, random)))
    user = random.choice((f"{first}.{last}", f"{first}.{last}", f"{first[0]}.{last}", first))
    lines.append(Line("email", f"{user}@{domain}"))
    if random.random() < 0.85:
        lines.append(Line("website", random.choice(("www.", "www.", "")) + domain))
    if random.random() < 0.12:
        lines.append(Line("social", f"@{domain.split('.', maxsplit=1)[0].replace('-', '_')}"))
    return lines


def _reach_truth(lines: Sequence[Line]) -> dict[str, str]:
    truth = {line.kind: line.text for line in lines}
    if " ext. " in truth.get("phone", ""):
        truth["phone"], truth["extension"] = truth["phone"].split(" ext. ")
    return truth


def _telephone(country: Country, pattern: str, random: Random) -> str:
    """A number of this pattern, in one of the ways its country writes numbers."""
    text = _filled(pattern, random)
    if country.name == "USA":
        plain = text.removeprefix("+1 ")
        dotted = plain.replace("(", "").replace(") ", ".").replace("-", ".")
        return random.choice((text, plain, plain, f"+1 {dotted}"))
    if country.language == "ja":
        return text if random.random() < 0.75 else f"+81-{text[1:]}"
    if country.language == "de" and random.random() < 0.4:
        return text.replace(" ", " (0) ", 1)
    return text


def _address(
    country: Country, place: Place, random: Random
) -> tuple[tuple[str, ...], dict[str, str]]:
    """The printed lines of an address, and what they say by contact field."""
    truth = {
        "address_1": random.choice(country.streets).format(n=random.randint(2, 98)),
        "city": place.city,
        "postal_code": _filled(place.postal_code, random),
    }
    if place.state:
        truth["state"] = place.state
    second = random.choice(country.second_lines) if random.random() < 0.45 else ""
    if second:
        truth["address_2"] = second
    city_line = country.city_line.format(state=place.state, **_parts(truth))
    if country.language == "ja":
        lines = [f"〒{truth['postal_code']}", city_line + truth["address_1"], second]
    else:
        shown = random.random() < 0.35
        lines = [truth["address_1"], second, city_line, country.name if shown else ""]
        truth |= {"country": country.name} if shown else {}
    return tuple(line for line in lines if line), truth


def _parts(truth: dict[str, str]) -> dict[str, str]:
    """The parts of an address that a country's `city_line` may name, besides the state."""
    return {"city": truth["city"], "postal_code": truth["postal_code"]}


def _filled(pattern: str, random: Random) -> str:
    letters = {"#": "0123456789", "X": "ABDEFGHJLNPQ", "Z": "ABDEFGHJLNPQ"}
    if "#" not in pattern:
        return pattern
    is_post_code = pattern[0].isalpha()
    return "".join(
        random.choice(letters[sign]) if sign == "#" or (is_post_code and sign in letters) else sign
        for sign in pattern
    )


def _ascii(text: str) -> str:
    """The text in lower-case ASCII letters, umlauts written out."""
    for sign, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("å", "a")):
        text = text.lower().replace(sign, letters)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return plain if plain.strip() else ""
