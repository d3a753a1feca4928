"""What can be told by its form: e-mail addresses, web addresses and numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from extraction import phones, vocabulary
from extraction.layout import Found, Piece
from extraction.normalise import normalise

TOP_DOMAINS = (
    "com|net|org|edu|gov|info|biz|io|ai|app|dev|co|in|br|jp|uk|de|fr|es|pt|it|nl|be|ch|at|eu|us|"
    "ca|au|nz|cn|tw|hk|kr|sg|my|th|vn|id|ph|ae|za|mx|ar|cl|pe|ru|pl|se|no|dk|fi|ie|tv|online|shop|"
    "store|tech|club|site|xyz|law|design|agency|example|test"
)
FREE_MAIL = vocabulary.listed_words(
    "gmail|hotmail|yahoo|outlook|live|aol|icloud|msn|me|mac|rediffmail|rediff|uol|bol|terra|ig|"
    "globo|ymail|googlemail|gmx|web|qq|163|126|naver|daum|hanmail|vsnl"
)

EMAIL = re.compile(
    r"[a-z0-9][\w.+'&-]*\s?[@©]\s?(?:[\w-]+[.,])*[\w-]+"
    rf"(?:[.,]\s?(?:{TOP_DOMAINS})(?![\w@-]))+|[a-z0-9][\w.+'&-]*@[\w-]+(?:\.[\w-]+)+",
    re.IGNORECASE,
)
URL = re.compile(
    r"https?\s?:\s?/*\s?[\w-]+(?:\.[\w-]+)+(?:/[^\s,|]*)?"
    r"|www\s?[.,]\s?[\w-]+(?:[.,][\w-]+)*(?:/[^\s,|]*)?"
    rf"|(?<![\w@.-])[a-z][\w-]{{2,}}(?:\.[\w-]+)*\.(?:{TOP_DOMAINS})(?![\w@.-])(?:/[^\s,|]*)?",
    re.IGNORECASE,
)
HANDLE = re.compile(r"(?<![\w.])@[a-z][\w.]{2,}", re.IGNORECASE)


@dataclass(slots=True)
class Contacts:
    """All that was found by its form, and the pieces of text that are left."""

    emails: list[str] = field(default_factory=list)
    websites: list[str] = field(default_factory=list)
    socials: list[str] = field(default_factory=list)
    numbers: list[phones.Number] = field(default_factory=list)
    rest: list[Piece] = field(default_factory=list)


def find(pieces: Sequence[Piece]) -> Contacts:
    """The contacts in the pieces of one card; each one once, in reading order."""
    contacts = Contacts()
    for piece in pieces:
        text = _without_addresses(_repaired(piece.text), contacts)
        numbers, text = phones.take_out(text, piece, pieces)
        contacts.numbers += numbers
        left = strip_labels(text)
        if sum(char.isalpha() for char in left) >= 2 or phones.POSTAL.search(left):
            contacts.rest.append(piece.part(left))
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
            fields[name] = Found(text, 0.97)
    if contacts.socials:
        fields["social"] = Found(", ".join(contacts.socials), 0.9)
    slots = {"fax": ["fax"], "mobile": ["mobile", "mobile_2"], "phone": ["phone", "phone_2"]}
    for number in contacts.numbers:
        kind = number.kind or phones.kind_by_plan(number.text, region)
        free = slots[kind]
        if not free and kind != "fax":
            # A third number of its kind is better kept under the wrong label than lost.
            free = slots["phone"] or slots["mobile"]
        if free:
            sure, doubt = (0.95, "") if number.kind else (0.85, "no label says what number it is")
            fields[free.pop(0)] = Found(number.text, sure, doubt)
        if number.extension and number.kind != "fax":
            fields.setdefault("extension", Found(number.extension, 0.9))
    return fields


def hosts(contacts: Contacts) -> list[str]:
    """The names that the company's own addresses are registered under, such as "northwind"."""
    addresses = [email.partition("@")[2] for email in contacts.emails]
    addresses += [re.sub(r"^(https?://)?(www\d?\.)?", "", url.lower()) for url in contacts.websites]
    found = []
    for address in addresses:
        labels = address.split("/")[0].split(".")
        while len(labels) > 1 and (len(labels[-1]) <= 3 or labels[-1] in TOP_DOMAINS.split("|")):
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
    # After a single letter only the colon counts: "M." begins a name.
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
    end = re.compile(rf"{edge}*(?<![^\W_])(?:{label})\s*(?:no)?\s*[.:]+\s*$").search(
        vocabulary.plain(text)
    )
    if end and len(vocabulary.plain(text)) == len(text):
        text = text[: end.start()]
    return re.sub(r"^[\s,;:|/•·*\-–—_~=<>.\])]+|[\s,;:|/•·*\-–—_~=<>\[(]+$", "", text)


def _repaired(text: str) -> str:
    """The text in compatibility form, with letters between digits that the OCR took for O and I
    set right."""
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(r"(?<=\d)[Oo](?=[\dOo-]*\d)", "0", text)
    return re.sub(r"(?<=\d)[Il](?=\d)", "1", text)


def _without_addresses(text: str, contacts: Contacts) -> str:
    def take_email(found: re.Match[str]) -> str:
        local = re.sub(
            r"^(?:e-?\s?)?mail[.:\-_]*(?=\w{4,}\s?@)", "", found.group(), flags=re.IGNORECASE
        )
        email = normalise("email", local)
        if email not in contacts.emails:
            contacts.emails.append(email)
        return " | "

    def take_url(found: re.Match[str]) -> str:
        url = normalise("url", found.group())
        social = vocabulary.count("linkedin|facebook|instagram|twitter|youtube|behance", url)
        kept = contacts.socials if social else contacts.websites
        if url.casefold() not in (known.casefold() for known in kept):
            kept.append(url)
        return " | "

    def take_handle(found: re.Match[str]) -> str:
        contacts.socials.append(found.group())
        return " | "

    text = EMAIL.sub(take_email, text)
    text = URL.sub(take_url, text)
    return HANDLE.sub(take_handle, text)
