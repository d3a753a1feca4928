"""What can be told by its form: e-mail addresses, web addresses and numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from extraction.reading import internet, phones, places, plans, vocabulary
from extraction.reading.domains import FREE_MAIL, TOP_DOMAINS
from extraction.reading.internet import Address
from extraction.reading.layout import Found, Piece

ONE_LABEL = re.compile(r"\W*[^\W\d_]{2,14}\s*[:：]\W*")
"""A word and a colon: beside a number it is the label of that number, known or not."""


@dataclass(slots=True)
class Contacts:
    """All that was found by its form, and the pieces of text that are left.

    `doubts` says of some e-mail and web addresses what makes them doubtful. `region` is the
    card's country as two letters as far as the text tells it.
    """

    emails: list[str] = field(default_factory=list)
    websites: list[str] = field(default_factory=list)
    socials: list[str] = field(default_factory=list)
    numbers: list[phones.Number] = field(default_factory=list)
    rest: list[Piece] = field(default_factory=list)
    doubts: dict[str, str] = field(default_factory=dict)
    region: str | None = None


def find(pieces: Sequence[Piece]) -> Contacts:
    """The contacts in the pieces of one card; each one once, in reading order."""
    pieces = internet.joined(pieces)
    contacts = Contacts()
    left = _take_addresses(pieces, contacts)
    contacts.region = plans.region(
        [*contacts.websites, *contacts.emails], _country(left), [piece.text for piece in pieces]
    )
    for piece, text in zip(pieces, left, strict=True):
        numbers, without = phones.take_out(phones.repaired(text), piece, pieces, contacts.region)
        contacts.numbers += numbers
        rest = "" if numbers and ONE_LABEL.fullmatch(without) else strip_labels(without)
        if sum(char.isalpha() for char in rest) >= 2 or phones.POSTAL.search(rest):
            contacts.rest.append(piece.part(rest))
    contacts.numbers = phones.unique(contacts.numbers)
    return contacts


def as_fields(contacts: Contacts, region: str | None = None) -> dict[str, Found]:
    """The contact fields that the contacts fill, such as email, phone_2 and fax.

    `region` is the card's country as two letters: its numbering plan tells mobile numbers that
    have no label.
    """
    fields: dict[str, Found] = {}
    for names, texts in (
        (("email", "email_2"), contacts.emails),
        (("website",), contacts.websites),
    ):
        for name, text in zip(names, texts, strict=False):
            doubt = contacts.doubts.get(text, "")
            fields[name] = Found(text, 0.8 if doubt else 0.97, doubt)
    if contacts.socials:
        fields["social"] = Found(", ".join(contacts.socials), 0.9)
    return fields | _numbers_as_fields(contacts.numbers, region or contacts.region)


def _numbers_as_fields(numbers: Sequence[phones.Number], region: str | None) -> dict[str, Found]:
    fields: dict[str, Found] = {}
    slots = {"fax": ["fax"], "mobile": ["mobile", "mobile_2"], "phone": ["phone", "phone_2"]}
    beyond: list[phones.Number] = []
    for number in numbers:
        free = slots[_kind(number, region)]
        if not free or number.doubt:
            beyond.append(number)
            continue
        sure, doubt = (0.95, "") if number.kind else (0.85, "no label says what number it is")
        fields[free.pop(0)] = Found(number.text, sure, doubt)
        if number.extension and number.kind != "fax":
            fields.setdefault("extension", Found(number.extension, 0.9))
    for number in beyond:
        # A third number of its kind is better kept under the wrong label than lost.
        kind = _kind(number, region)
        free = (kind != "fax" and slots[kind]) or slots["phone"] or slots["mobile"]
        if free:
            doubt = number.doubt or f"one {kind} number more than there are places for"
            fields[free.pop(0)] = Found(number.text, 0.7, doubt)
    return fields


def _kind(number: phones.Number, region: str | None) -> str:
    """What its label says it is; "phone" may stand before a mobile number too."""
    if number.kind in ("mobile", "fax"):
        return number.kind
    return plans.kind_by_plan(number.text, region)


def hosts(contacts: Contacts) -> list[str]:
    """The names that the company's own addresses are registered under, such as "northwind"."""
    endings = vocabulary.listed_words(TOP_DOMAINS)
    found = []
    for address in [*contacts.emails, *contacts.websites]:
        labels = internet.host(address).split(".")
        while len(labels) > 1 and (len(labels[-1]) <= 3 or labels[-1] in endings):
            labels.pop()
        if labels and labels[-1] not in FREE_MAIL and len(labels[-1]) > 1:
            found.append(labels[-1])
    return list(dict.fromkeys(found))


def strip_labels(text: str) -> str:
    """`text` without the labels and separators left over at both of its ends."""
    listed = "|".join([*vocabulary.PHONE_LABELS.values(), vocabulary.CONTACT_LABELS])
    label = vocabulary.pattern(listed).pattern
    edge = r"[\s,;:|/•·*\-–—_~=<>#]"
    # A label counts as one only before a colon or the like, or with nothing else on the line.
    # After a single letter only the colon counts: "M." begins a name, "d." ends a degree.
    start = re.compile(
        rf"^{edge}*(?:(?:\w|(?:{label})\s*(?:no|nos|id)?)\s*[:)\]]+{edge}*"
        rf"|(?:(?!\w\W)(?:{label}))\s*(?:no|nos|id)?\.+\s*:*{edge}*)+"
    )
    plain = vocabulary.plain(text)
    if not re.search(r"[^\W_]", re.sub(rf"{label}|\b(?:no|nos|id|and)\b", "", plain)):
        return ""
    found = start.match(plain)
    if found and len(plain) == len(text):
        text = text[found.end() :]
    end = re.compile(rf"{edge}*(?<![^\W_])(?!\w\.)(?:{label})\s*(?:no)?\s*[.:]+\s*$").search(
        vocabulary.plain(text)
    )
    if end and len(vocabulary.plain(text)) == len(text):
        text = text[: end.start()]
    return re.sub(r"^[\s,;:|/•·*\-–—_~=<>.\])]+|[\s,;:|/•·*\-–—_~=<>\[(]+$", "", text)


def _take_addresses(pieces: Sequence[Piece], contacts: Contacts) -> list[str]:
    """Puts the e-mail and web addresses of the pieces into `contacts`; the texts without them."""
    emails: list[Address] = []
    websites: list[Address] = []
    texts = []
    for piece in pieces:
        found, text = internet.take_emails(
            unicodedata.normalize("NFKC", piece.text), piece.line.confidence
        )
        emails += found
        found, text = internet.take_websites(text, piece.line.confidence)
        websites += found
        texts.append(text)
    mail_hosts = {internet.host(email.text) for email in emails}
    for index, text in enumerate(texts):
        found, texts[index] = internet.take_named(text, mail_hosts, pieces[index].line.confidence)
        websites += found
    words = re.sub(r"[^a-z0-9]", "", vocabulary.plain(" ".join(texts)))
    emails, websites = internet.agreed(emails, websites, words)
    for index, text in enumerate(texts):
        found, texts[index] = internet.take_handles(text, pieces[index].line.confidence)
        contacts.socials += [handle.text for handle in found]
    # A site printed as an address comes before a bare name, which may be something else.
    websites.sort(key=lambda site: not internet.is_written_out(site.text))
    contacts.emails = [email.text for email in internet.unique(emails)]
    for site in internet.unique(websites):
        kept = contacts.socials if internet.is_social(site.text) else contacts.websites
        kept.append(site.text)
    contacts.doubts = {one.text: one.doubt for one in (*emails, *websites) if one.doubt}
    return texts


def _country(texts: Sequence[str]) -> str:
    """The country that a line of the card ends with, or ""."""
    for text in texts:
        plain = vocabulary.plain(text)
        start = places.country_at_end(plain)
        if start is not None:
            return plain[start:]
    return ""
