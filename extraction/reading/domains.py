"""Internet domains: the endings there are, and what an OCR makes of them."""

from __future__ import annotations

import re

from extraction.reading import vocabulary

GENERIC = (
    "com|net|org|edu|gov|mil|info|biz|mobi|asia|travel|coop|aero|"
    "io|ai|app|dev|co|tv|online|shop|store|tech|club|site|website|xyz|law|legal|design|agency|"
    "consulting|solutions|services|global|group|company|business|international|world|digital|media|"
    "studio|photography|academy|institute|university|health|care|clinic|dental|systems|technology|"
    "software|engineering|construction|finance|capital|energy|estate|properties|restaurant|cafe|"
    "vip|life|space|cloud|blog|news|london|berlin|tokyo|nyc|"
    "amsterdam|paris|africa|swiss|eus|example|test"
)
"""Endings without a country that are used on cards; RFC 2606 adds the last two for examples."""

COUNTRY = (
    "ac|ad|ae|af|ag|al|am|ao|ar|at|au|az|ba|bb|bd|be|bf|bg|bh|bi|bj|bn|bo|br|bs|bt|bw|by|bz|ca|cd|"
    "cf|cg|ch|ci|cl|cm|cn|cr|cu|cv|cy|cz|de|dj|dk|dm|do|dz|ec|ee|eg|er|es|et|eu|fi|fj|fr|ga|gd|ge|"
    "gg|gh|gi|gl|gm|gn|gr|gt|gy|hk|hn|hr|ht|hu|id|ie|il|im|in|iq|ir|is|it|je|jm|jo|jp|ke|kg|kh|kr|"
    "kw|ky|kz|la|lb|lc|li|lk|lr|ls|lt|lu|lv|ly|ma|mc|md|me|mg|mk|ml|mm|mn|mo|mr|mt|mu|mv|mw|mx|my|"
    "mz|na|ne|ng|ni|nl|no|np|nz|om|pa|pe|pg|ph|pk|pl|pr|ps|pt|py|qa|re|ro|rs|ru|rw|sa|sb|sc|sd|se|"
    "sg|si|sk|sl|sm|sn|so|sr|st|sv|sy|sz|tc|td|tg|th|tj|tm|tn|to|tr|tt|tw|tz|ua|ug|uk|us|uy|uz|vc|"
    "ve|vg|vn|vu|ws|ye|za|zm|zw"
)
"""The endings of countries in ISO 3166-1, with uk and eu."""

TOP_DOMAINS = f"{GENERIC}|{COUNTRY}"

WORD_LIKE = vocabulary.listed_words("no|at|is|be|my|id|me|to|it|in|de|as|so|do|la|st|sc|md|ma|pa")
"""Endings that are words or abbreviations too: "Regd.No" is no address."""

MAIL_HOSTS = "gmail|yahoo|hotmail|outlook|rediffmail|icloud|aol|live|msn|ymail|googlemail|qq|naver"
"""Hosts in .com that are on many cards."""

FREE_MAIL = vocabulary.listed_words(
    f"{MAIL_HOSTS}|me|mac|rediff|uol|bol|terra|ig|globo|gmx|web|163|126|daum|hanmail|vsnl|eth|sify"
)
"""Hosts that say nothing of the company whose addresses are under them."""

_KNOWN = vocabulary.listed_words(TOP_DOMAINS)
_COUNTRIES = vocabulary.listed_words(COUNTRY)
_SLIPS = {"con": "com", "cor": "com", "ccm": "com", "orq": "org", "nel": "net"}
_COMMON = ("com", "net", "org", "edu", "gov", "info")
_SECOND_LEVEL = re.compile(r"(com|co|org|net|gov|edu|ac|or|ne|go|nic)([a-z]{2})")
_LOOKS = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "!": "l"})


def has_known_ending(address: str) -> bool:
    """Whether the host of an e-mail or web address ends with a domain that there is."""
    host = re.split(r"[/?#]", re.sub(r"^https?:/*", "", address.casefold()))[0]
    stem, dot, ending = host.rpartition(".")
    return bool(dot) and ending in _KNOWN and bool(re.search(r"\w$", stem)) and stem != "www"


def looks_like(text: str) -> str:
    """A form that is the same for texts that look the same to an OCR, such as "rn" and "m"."""
    return text.casefold().replace("rn", "m").replace("vv", "w").translate(_LOOKS)


def repaired(host: str) -> str:
    """The host, in lower case, with the ending or the well-known host that it was misread from."""
    if not has_known_ending(host):
        host = _with_known_ending(host)
    name, dot, rest = host.partition(".")
    known = _BY_LOOKS.get(_blurred(name), name) if rest == "com" else name
    return f"{known}{dot}{rest}"


def _blurred(text: str) -> str:
    """As `looks_like`, and without telling apart the round letters a, c, e and o."""
    return looks_like(text).translate(str.maketrans("ace", "ooo"))


_BY_LOOKS = {_blurred(host): host for host in MAIL_HOSTS.split("|") if len(host) > 3}


def _with_known_ending(host: str) -> str:
    stem, dot, ending = host.rpartition(".")
    if not dot:
        run_on = re.fullmatch(r"([\w-]{3,})(com|net|org)", host)
        return ".".join(run_on.groups()) if run_on else host
    if ending in _SLIPS:
        return f"{stem}.{_SLIPS[ending]}"
    second = _SECOND_LEVEL.fullmatch(ending)
    if second and second.group(2) in _COUNTRIES:
        return f"{stem}.{second.group(1)}.{second.group(2)}"
    longer = [known for known in _COMMON if len(ending) == len(known) + 1 and _holds(ending, known)]
    if longer:
        return f"{stem}.{longer[0]}"
    alike = [known for known in _KNOWN if looks_like(known) == looks_like(ending)]
    return f"{stem}.{alike[0]}" if len(alike) == 1 else host


def _holds(ending: str, known: str) -> bool:
    """Whether one letter less makes the ending the known one."""
    return any(ending[:at] + ending[at + 1 :] == known for at in range(len(ending)))
