"""How well a card was read: what was right, wrong and missed, by the rules of the labelled sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from extraction.reading import same

SINGLES = ("full_name", "job_title", "department", "company", "address")
LISTS = ("emails", "phones", "websites")
GROUPS = ("full_name", "job_title", "department", "company", *LISTS, "address")
"""What is scored: each group is one value of a label, or a list of them."""

NAME_FIELDS = ("full_name", "native_name")
STREET_FIELDS = ("address_1", "address_2", "address_3")
ADDRESS_FIELDS = (*STREET_FIELDS, "city", "state", "postal_code", "country")
LIST_FIELDS = {
    "emails": ("email", "email_2"),
    "phones": ("phone", "phone_2", "mobile", "mobile_2", "fax"),
    "websites": ("website", "social"),
}
"""The contact fields whose values make up each list."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is printed on a card, as a label says it; empty where there is nothing.

    `prefix` and `suffix` are None where the label does not speak of them. `alt` holds, by group,
    what is accepted too: other values of a single one, further items of a list; "" means that
    nothing is right as well.
    """

    full_name: str = ""
    job_title: str = ""
    department: str = ""
    company: str = ""
    address: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    websites: tuple[str, ...] = ()
    prefix: str | None = None
    suffix: str | None = None
    alt: Mapping[str, tuple[str, ...]] | None = None

    @classmethod
    def from_json(cls, label: Mapping[str, Any]) -> Truth:
        """The truth of one line of a labels file; what it leaves out is not on the card."""
        truth = label["truth"]
        alternatives = {**label.get("alt", {}), **truth.get("alt", {})}
        return cls(
            **{group: str(truth.get(group) or "") for group in SINGLES},
            emails=tuple(map(str, truth.get("emails") or ())),
            phones=tuple(_number(entry) for entry in truth.get("phones") or ()),
            websites=tuple(map(str, truth.get("websites") or ())),
            prefix=truth.get("prefix"),
            suffix=truth.get("suffix"),
            alt={name: _texts(value) for name, value in alternatives.items()},
        )

    @classmethod
    def from_contact(cls, values: Mapping[str, str]) -> Truth:
        """The truth of a card whose contact fields a person has approved."""
        native = values.get("native_name", "")
        return cls(
            full_name=values.get("full_name", "") or native,
            job_title=values.get("job_title", ""),
            department=values.get("department", ""),
            company=values.get("company", ""),
            address=", ".join(part for name in ADDRESS_FIELDS if (part := values.get(name, ""))),
            emails=tuple(values[name] for name in _filled(values, "emails")),
            phones=tuple(values[name] for name in _filled(values, "phones")),
            websites=(values["website"],) if values.get("website") else (),
            prefix=values.get("prefix", ""),
            suffix=values.get("suffix", ""),
            alt={"full_name": (native,)} if native else {},
        )

    def accepted(self, name: str) -> tuple[str, ...]:
        """What counts as right for a single value, the printed one first; for a list, what is
        accepted besides its items."""
        others = (self.alt or {}).get(name, ())
        printed = () if name in LISTS else (getattr(self, name) or "",)
        return (*printed, *others)


@dataclass(frozen=True, slots=True)
class Counts:
    """Values that were right, that were wrong, and that were missed."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def precision(self) -> float:
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 1.0

    @property
    def recall(self) -> float:
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 1.0

    @property
    def f1(self) -> float:
        """1 when there was nothing to find and nothing was found."""
        both = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / both if both else 1.0


@dataclass(frozen=True, slots=True)
class CardScore:
    """How well one card was read: `groups` by group, and by contact field whether its value is
    `right`. A field that no label speaks of, such as notes, is not in `right`."""

    groups: Mapping[str, Counts]
    right: Mapping[str, bool]

    @property
    def is_perfect(self) -> bool:
        return not any(counts.fp or counts.fn for counts in self.groups.values())


def score(truth: Truth, values: Mapping[str, str]) -> CardScore:
    """How well `values`, text by contact field, agree with the `truth`."""
    values = {name: text for name, text in values.items() if same.key(text)}
    groups: dict[str, Counts] = {}
    right: dict[str, bool] = {}
    for group in ("job_title", "department", "company"):
        given = [values[group]] if group in values else []
        groups[group] = _single(truth.accepted(group), given, same.text)
        right |= {group: bool(groups[group].tp)} if given else {}
    groups["full_name"] = _single(
        truth.accepted("full_name"), _names(values, *NAME_FIELDS), same.text
    )
    right |= _right_names(truth, values)
    groups["address"] = _single(truth.accepted("address"), _addresses(values), same.address)
    right |= _right_address_parts(truth, values)
    for group in LISTS:
        groups[group], judged = _list(truth, group, values)
        right |= judged
    return CardScore({group: groups[group] for group in GROUPS}, right)


def totals(scores: Iterable[CardScore]) -> dict[str, Counts]:
    """The counts of all cards by group."""
    sums = dict.fromkeys(GROUPS, Counts())
    for card in scores:
        sums = {group: sums[group] + card.groups[group] for group in GROUPS}
    return sums


def micro(scores: Iterable[CardScore]) -> Counts:
    """The counts of all cards and all groups together; their `f1` is the micro-F1."""
    return sum(totals(scores).values(), Counts())


def _number(entry: Mapping[str, str] | str) -> str:
    """The number in a label's telephone entry, which may name its type beside it."""
    return entry if isinstance(entry, str) else str(entry["number"])


def _texts(value: Sequence[str] | str) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(map(str, value))


# --- one value -----------------------------------------------------------------------------------


def _single(
    accepted: Sequence[str], given: Sequence[str], is_same: Callable[[str, str], bool]
) -> Counts:
    """The counts of a single value; `given` are ways to write what was read, none if nothing."""
    expected = [text for text in accepted if same.key(text)]
    may_be_empty = not all(same.key(text) for text in accepted)
    if not given:
        return Counts(fn=0 if may_be_empty else 1)
    if any(is_same(text, read) for text in expected for read in given):
        return Counts(tp=1)
    return Counts(fp=1, fn=0 if may_be_empty else 1)


def _names(values: Mapping[str, str], *fields: str) -> list[str]:
    """The ways to write the name that was read: in each script, with and without its titles."""
    prefix, suffix = values.get("prefix", ""), values.get("suffix", "")
    names = [values[field] for field in fields if field in values]
    return [f"{before}{name}{after}" for name in names
            for before in {"", prefix} for after in {"", suffix}]  # fmt: skip


def _right_names(truth: Truth, values: Mapping[str, str]) -> dict[str, bool]:
    """Which names are right. Of two of which one is, the other is not judged: a label holds the
    name in one script unless `alt` has the other."""
    right = {
        field: any(
            same.text(t, n) for t in truth.accepted("full_name") for n in _names(values, field)
        )
        for field in NAME_FIELDS
        if field in values
    }
    if any(right.values()):
        right = {field: is_right for field, is_right in right.items() if is_right}
    for field in ("prefix", "suffix"):
        if field in values and getattr(truth, field) is not None:
            right[field] = any(same.text(t, values[field]) for t in truth.accepted(field))
    return right


def _addresses(values: Mapping[str, str]) -> list[str]:
    """The ways to write the address that was read: from its lines to the country or, as East
    Asia prints it, from the large to the small; with and without the country."""
    street = [values[name] for name in STREET_FIELDS if name in values]
    places_read = {name: values.get(name, "") for name in ADDRESS_FIELDS[len(STREET_FIELDS) :]}
    country = places_read.pop("country")
    local = [part for part in places_read.values() if part]
    orders = [[*street, *local], [*reversed(local), *street]]
    if not orders[0]:
        return [country] if country else []
    return [
        ", ".join(parts)
        for order in orders
        for parts in (order, [*order, country] if country else order)
    ]


def _right_address_parts(truth: Truth, values: Mapping[str, str]) -> dict[str, bool]:
    """Which parts stand in the address. A country is often a conclusion: it is only judged where
    the label names one."""
    accepted = truth.accepted("address")
    keys = [same.key(text) for text in accepted]
    right = {
        field: any(same.key(values[field]) in key for key in keys)
        for field in ADDRESS_FIELDS if field in values and field != "country"
    }  # fmt: skip
    named = {name for text in accepted if (name := same.country_of(text))}
    if "country" in values and named:
        right["country"] = same.country_of(values["country"]) in named
    return right


# --- lists ---------------------------------------------------------------------------------------


def _list(truth: Truth, group: str, values: Mapping[str, str]) -> tuple[Counts, dict[str, bool]]:
    """The counts of a list, and which of the contact fields in it are right.

    Each value read takes the first item of the truth that it matches and nobody took.
    """
    is_same = {"emails": same.text, "phones": same.phone, "websites": same.website}[group]
    left, further = list(getattr(truth, group)), truth.accepted(group)
    given = _filled(values, group)
    right: dict[str, bool] = {}
    matched = 0
    for field in given:
        written = _writings(values, field)
        found = next((item for item in left if any(is_same(item, w) for w in written)), None)
        if found is not None:
            left.remove(found)
            matched += 1
        is_further = any(is_same(item, w) for item in further for w in written)
        right[field] = found is not None or is_further
        if field == "social" and not right[field]:
            del right[field]  # a profile is no website, and no label speaks of it
    missed = 0 if not given and "" in further else len(left)
    return Counts(matched, sum(not is_right for is_right in right.values()), missed), right


def _filled(values: Mapping[str, str], group: str) -> list[str]:
    return [name for name in LIST_FIELDS[group] if values.get(name)]


def _writings(values: Mapping[str, str], field: str) -> list[str]:
    """The ways to write what was read: the main number with and without its extension, each of
    several profiles."""
    if field == "social":
        return values[field].split(",")
    extension = values.get("extension", "") if field == "phone" else ""
    return [values[field], values[field] + extension]
