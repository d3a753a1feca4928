"""E-mail and web addresses in lines of text, set right where the OCR broke or misread them.

A repair is made only where it leads to an address with a known ending.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from extraction.reading import vocabulary
from extraction.reading.domains import (
    FREE_MAIL,
    MAIL_HOSTS,
    TOP_DOMAINS,
    WORD_LIKE,
    has_known_ending,
    looks_like,
)
from extraction.reading.layout import Piece, is_below, is_right_of
from extraction.reading.normalise import normalise

SOCIAL = "linkedin|facebook|fb|instagram|twitter|x|youtube|behance|xing|tiktok|pinterest|telegram"

_ENDING = rf"(?:{TOP_DOMAINS})(?![\w@-])"
_AT = r"(?:\s?(?:@|\(at?\)|\[at\])\s?|[©®])"

EMAIL = re.compile(
    rf"[a-z0-9][\w.+'&-]*{_AT}(?:[\w-]+[.,])*[\w-]+\s?[.,]\s?{_ENDING}(?:[.,]{_ENDING})*(?!\.\w{{2}}(?!\w))"
    rf"|[a-z0-9][\w.+'&-]*@[\w-]+(?:\.[\w-]+)+"
    rf"|[a-z0-9][\w.+'&-]*@[\w-]+(?:com|net|org)\b",
    re.IGNORECASE,
)
_HOST = r"[\w-]+(?:[.,][\w-]+)*"
_PATH = r"(?:/[^\s,|]*)?"
URL = re.compile(
    rf"https?\s?[:;]?\s?/{{1,2}}\s?[:/]*\s?[\w-]+(?:\.\s?[\w-]+)+{_PATH}"
    # "www" may be misread, run on, or be followed by a gap or a misread icon.
    rf"|(?<![^\W_])(?:[wv]{{3,6}}|w{{1,3}}[.,]?w{{1,2}})\s?[.,:]\s?{_HOST}(?:\.\s?{_ENDING})?{_PATH}"
    rf"|(?<![^\W_])(?:www|vvww)\s[\w-]+\.(?:[\w-]+\.)?{_ENDING}{_PATH}"
    rf"|\w{{0,2}}www\s?[.,]\s?{_HOST}{_PATH}"
    rf"|(?<![^\W_])www[a-z][\w-]+\.(?:[\w-]+\.)?{_ENDING}{_PATH}"
    rf"|(?<![\w@.-])[a-z][\w-]{{2,}}(?:\.[\w-]+)*\.{_ENDING}{_PATH}",
    re.IGNORECASE,
)
HANDLE = re.compile(r"(?<![\w.])@[a-z][\w.]{2,}", re.IGNORECASE)

_BOXES = "info|mail|sales|contact|contato|office|admin|support|service|enquiry|enquiries"
_BOXES_BY_LOOKS = {looks_like(box): box for box in _BOXES.split("|")}
_GLUED_LABEL = re.compile(
    r"^(?:\we-|e-?\s?)?mail(?!box|room|ing|er)"
    rf"(?:\w{{1,2}}(?=(?:{_BOXES})@)|[.:\-_]*(?=[\w.]{{4,}}\s?@))",
    re.IGNORECASE,
)
"""The word mail that has run into the address after it, with a colon that was read as letters."""

MISREAD = "misread letters were repaired"
TWO_WAYS = "its host was read in two ways"

_LABELLED = re.compile(r"(?:mail|correo|courriel)\w*\s*[:：]\s*([a-z][a-z0-9]*[.]?)\s$")
_FIRST = re.compile(r"(?:^|[:：])\s*([a-z]{3,})\s$")
"""A word that a space which once was an underline cuts off from its address, after a label or,
before a digit, at the start of the line."""


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail or web address, how sure the OCR was of its line, and why it is doubtful."""

    text: str
    read: float
    doubt: str = ""


def take_emails(text: str, read: float) -> tuple[list[Address], str]:
    """The e-mail addresses in `text`, and the text with a bar in the place of each.

    `read` is the OCR's confidence in the text, 0 to 1.
    """
    found: list[Address] = []
    left, position = "", 0
    text = _apart(text)
    for match in EMAIL.finditer(text):
        if _is_handle(match.group()) or ("," in match.group() and _is_words(match.group())):
            continue
        before = text[position : match.start()]
        local = _GLUED_LABEL.sub("", match.group())
        doubt = "" if local == match.group() else "set apart from its label"
        cut = (_FIRST if local[0].isdigit() else _LABELLED).search(before.casefold())
        if cut and not vocabulary.count(vocabulary.CONTACT_LABELS, cut.group(1)):
            joint = "" if cut.group(1).endswith(".") else "_"
            local = f"{before[cut.start(1) :].strip()}{joint}{local}"
            before, doubt = before[: cut.start(1)], "a gap in it was closed"
        found.append(_email(local, read, doubt))
        left += before + " | "
        position = match.end()
    return found, left + text[position:]


def take_websites(text: str, read: float) -> tuple[list[Address], str]:
    """The web addresses in `text`, and the text with a bar in the place of each."""
    found: list[Address] = []
    text = re.sub(r"(?<=\w)[.,;]?(?=(?:https?:/|www\.)\w)", " ", text, flags=re.IGNORECASE)

    def take(match: re.Match[str]) -> str:
        if _is_words(match.group()):
            return match.group()
        found.append(_website(match.group(), read))
        return " | "

    return found, URL.sub(take, text)


def take_named(text: str, hosts: Iterable[str], read: float) -> tuple[list[Address], str]:
    """The web addresses in `text` that are one of the `hosts` alone, or misread after www, and
    the text with a bar in the place of each."""
    found: list[Address] = []
    for name in hosts:
        for word in re.findall(r"\bwww[\w.,-]{4,}", text, re.IGNORECASE):
            if SequenceMatcher(None, f"www.{name}", word.lower(), autojunk=False).ratio() > 0.75:
                found.append(Address(f"www.{name}", read, "set right after the e-mail address"))
                text = text.replace(word, " | ")
        pattern = re.compile(rf"(?<![\w@.-]){re.escape(name)}(?![\w@-])", re.IGNORECASE)
        if name and (match := pattern.search(text)):
            found.append(_website(match.group(), read))
            text = pattern.sub(" | ", text)
    return found, text


def take_handles(text: str, read: float) -> tuple[list[Address], str]:
    """The names on social networks, such as @northwind, as `take_emails` does."""
    found = [Address(match.group(), read) for match in HANDLE.finditer(text)]
    return found, HANDLE.sub(" | ", text)


def is_social(address: str) -> bool:
    """Whether the web address is a page on a social network."""
    return bool(re.search(rf"(?<![^\W_])(?:{SOCIAL})\.(?:com|me|tv|net)\b", address.lower()))


def is_written_out(address: str) -> bool:
    """Whether it begins as only web addresses do."""
    return bool(re.match(r"https?:|www", address, re.IGNORECASE))


def host(address: str) -> str:
    """The host of an e-mail or web address in lower case, without www."""
    bare = re.sub(r"^https?:/*", "", address.casefold().rpartition("@")[2])
    return re.split(r"[/?#:]", re.sub(r"^www\d?\.", "", bare))[0]


def joined(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, with addresses put together that run on in the next line or the next piece."""
    found = list(pieces)
    for index, piece in enumerate(pieces):
        for other, below in enumerate(found):
            if other == index or not _goes_on(piece, below):
                continue
            tail = below.text.split()
            whole = f"{piece.text}{tail[0]}" if tail else ""
            if _is_made_whole(piece.text, tail, whole):
                found[index] = piece.part(whole)
                found[other] = below.part(" ".join(tail[1:]))
                break
    return [piece for piece in found if piece.text.strip()]


def agreed(
    emails: Sequence[Address], websites: Sequence[Address], words: str
) -> tuple[list[Address], list[Address]]:
    """The addresses, with hosts made equal that differ only by what an OCR misreads.

    Right is the host that is in `words` (all letters of the other lines), else the one that is
    there more often, else the one that was read more surely or has more letters.
    """
    hosts = [(host(address.text), address.read) for address in (*emails, *websites)]
    often = Counter(name for name, _ in hosts)

    def worth(name: str) -> tuple[bool, int, float, int]:
        label = re.sub(r"[^a-z0-9]", "", name.split(".", maxsplit=1)[0])
        surest = max(read for known, read in hosts if known == name)
        return len(label) > 3 and label in words, often[name], round(surest, 1), len(name)

    def better(address: Address) -> Address:
        name = host(address.text)
        alike = [known for known in often if known != name and _is_misread(known, name)]
        best = max(alike, key=worth, default=name)
        if best == name or worth(best) < worth(name):
            return address
        if worth(best) == worth(name):
            return replace(address, doubt=TWO_WAYS)
        start = address.text.casefold().rindex(name)
        text = address.text[:start] + best + address.text[start + len(name) :]
        return replace(address, text=text, doubt=TWO_WAYS)

    return [better(address) for address in emails], [better(address) for address in websites]


def _email(printed: str, read: float, doubt: str) -> Address:
    text = normalise("email", printed)
    local, at, rest = text.partition("@")
    text = f"{_BOXES_BY_LOOKS.get(looks_like(local), local)}{at}{rest}"
    lowered = unicodedata.normalize("NFKC", printed).casefold().strip(" .,")
    return Address(text, read, doubt or ("" if text == lowered else MISREAD))


def _website(printed: str, read: float) -> Address:
    text = normalise("url", printed)
    same = text.casefold() == printed.casefold().rstrip("/.,")
    return Address(text, read, "" if same else MISREAD)


def _is_words(printed: str) -> bool:
    """Whether what has the form of a web address is words with a full stop, as in "Regd.No"."""
    if re.match(r"https?|\w{0,3}(?:w{2}|vv)", printed, re.IGNORECASE):
        return False
    ending = re.split(r"[.,/]\s?", printed.partition("/")[0])[-1].lower()
    is_word = ending in WORD_LIKE or len(ending) > 4
    return is_word and printed != printed.lower()


def _is_handle(printed: str) -> bool:
    """Whether it is the name of a network and a name on it, as in "Instagram @northwind.boats"."""
    before, _, _ = printed.partition("@")
    return before.endswith(" ") and bool(vocabulary.count(vocabulary.SOCIAL_NETWORKS, before))


def _apart(text: str) -> str:
    """The text with a space between an e-mail address and another, or a number before it, that
    the OCR has run together."""
    text = re.sub(r"(?<!\w)(\d{10,12})(?=[a-z][\w.]*@)", r"\1 ", text, flags=re.IGNORECASE)
    return re.sub(rf"(@(?:{MAIL_HOSTS})\.com)(?=[a-z0-9][\w.]*@)", r"\1 ", text, flags=re.I)


def _goes_on(piece: Piece, other: Piece) -> bool:
    """Whether `other` is the next line under `piece`, or the next piece of its row."""
    return is_below(other, piece, gap=0.9) or is_right_of(other, piece, gap=2.0)


def _is_made_whole(text: str, tail: Sequence[str], whole: str) -> bool:
    """Whether the end of `text` is no address yet, and is one with the first word of `tail`."""
    last = re.search(r"\S*$", text)
    begun = last.group() if last else ""
    is_email = begun.endswith("@") or (len(tail) > 0 and tail[0].startswith("@") and len(begun) > 2)
    is_email = is_email or ("@" in begun and not has_known_ending(begun))
    is_web = bool(re.match(r"(?:https?:/*)?www\.", begun, re.I)) and not has_known_ending(begun)
    if not tail or "@" in tail[0][1:] or re.match(r"www|https?:", tail[0], re.I):
        return False
    made = re.sub(r"^.*\s", "", whole).rstrip(".,;")
    if begun.endswith(":") or not has_known_ending(made):
        return False
    shape = r"[\w.+'&-]+@(?:[\w-]+\.)+[a-z]+" if "@" in made else r"[\w:/-]+(?:\.[\w-]+)+"
    return (is_email or is_web) and bool(re.fullmatch(shape, made, re.I))


def _is_misread(one: str, other: str) -> bool:
    """Whether the hosts are as alike as two readings of one print."""
    if one.partition(".")[0] in FREE_MAIL and other.partition(".")[0] in FREE_MAIL:
        return False
    if looks_like(one) == looks_like(other):
        return True
    longest = max(len(one), len(other))
    if longest < 9 or one.rpartition(".")[2] != other.rpartition(".")[2]:
        return False
    return _edits(one, other) <= 1 + (longest > 16)


def _edits(one: str, other: str) -> int:
    """Letters that one has and the other has not, at most, over all places where they differ."""
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in blocks if tag != "equal")


def unique(addresses: Sequence[Address]) -> Iterator[Address]:
    """Each address once, without regard to case."""
    known: set[str] = set()
    for address in addresses:
        if address.text.casefold() not in known:
            known.add(address.text.casefold())
            yield address
