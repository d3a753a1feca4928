"""The contact fields: the only place where a field is named.

Model columns, labels, the instruction to the AI, groups on screen, vCard properties and the
headers under which other programs know a column all hang on the declarations below; schema,
prompt, forms, search and exports follow from `CONTACT_FIELDS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

GROUPS = (
    gettext_noop("Person"),
    gettext_noop("Work"),
    gettext_noop("Reach"),
    gettext_noop("Address"),
    gettext_noop("About"),
)
"""Their names in English, which are what they are told apart by; pages translate them."""


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """What is known about a field besides its column.

    `kind` says how its text is checked and normalised: text, name, phone, email, url, country,
    languages, choice, long or json. `vcard` is the property of RFC 2426 that carries it, `crm`
    the headers that contact spreadsheets use for it.
    """

    group: str
    kind: str = "text"
    vcard: str = ""
    crm: tuple[str, ...] = ()


class _ContactColumn:
    """A model column that knows its `FieldInfo`.

    Migrations see the plain Django field without label and instruction, so that changing a
    wording is not a schema change.
    """

    info: FieldInfo

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        django_field = next(c for c in type(self).__mro__ if c.__module__.startswith("django."))
        for wording in ("verbose_name", "help_text"):
            kwargs.pop(wording, None)
        return name, f"django.db.models.{django_field.__name__}", args, kwargs


class ContactText(_ContactColumn, models.CharField):  # type: ignore[type-arg]
    """One line of text on a contact."""

    def __init__(
        self, label: StrOrPromise = "", *, info: FieldInfo | None = None, **kwargs: Any
    ) -> None:
        self.info = info or FieldInfo(GROUPS[0])
        kwargs.setdefault("max_length", 200)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(label or kwargs.pop("verbose_name", None), **kwargs)


class ContactLongText(_ContactColumn, models.TextField):  # type: ignore[type-arg]
    """Several lines of text on a contact."""

    def __init__(
        self, label: StrOrPromise = "", *, info: FieldInfo | None = None, **kwargs: Any
    ) -> None:
        self.info = info or FieldInfo(GROUPS[-1], "long")
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(label or kwargs.pop("verbose_name", None), **kwargs)


def _text(
    group: str,
    label: StrOrPromise,
    instruction: str,
    kind: str = "text",
    *,
    vcard: str = "",
    crm: tuple[str, ...] = (),
    **kwargs: Any,
) -> Any:
    column = ContactLongText if kind == "long" else ContactText
    info = FieldInfo(group, kind, vcard, crm)
    return column(label, info=info, help_text=instruction, **kwargs)


class ContactType(models.TextChoices):
    """Whom the contact's company sells to."""

    B2B = "B2B", _("B2B (sells to businesses)")
    D2C = "D2C", _("D2C (sells to consumers)")


class ContactFields(models.Model):
    """The columns of a contact, in the order shown on screen."""

    prefix = _text(
        "Person", _("Prefix"), "Title before the name, such as Dr., Prof., Mr. or Ms.",
        vcard="N.prefix", crm=("Name Prefix", "Salutation"), max_length=60,
    )  # fmt: skip
    full_name = _text(
        "Person", _("Full name"),
        "The person's full name in Latin letters if printed so, otherwise as printed; without"
        " title, degrees or job.",
        "name", vcard="FN", crm=("Name", "Full Name", "Display Name"),
    )  # fmt: skip
    first_name = _text(
        "Person", _("First name"), "Given name or names, as in full_name.",
        "name", vcard="N.given", crm=("First Name", "Given Name"), max_length=120,
    )  # fmt: skip
    last_name = _text(
        "Person", _("Last name"), "Family name or names, as in full_name.",
        "name", vcard="N.family", crm=("Last Name", "Family Name", "Surname"), max_length=120,
    )  # fmt: skip
    suffix = _text(
        "Person", _("Suffix"), "Degrees and the like after the name, such as PhD, MBA or Jr.",
        vcard="N.suffix", crm=("Suffix", "Name Suffix"), max_length=60,
    )  # fmt: skip
    native_name = _text(
        "Person", _("Native name"),
        "The same name in the card's other script, when the card prints it twice.",
        "name", vcard="X-NATIVE-NAME", crm=("Native Name",),
    )  # fmt: skip
    job_title = _text(
        "Work", _("Job title"), "Position or role, as printed; several joined by a comma.",
        vcard="TITLE", crm=("Job Title", "Title", "Position", "Organization Title"),
    )  # fmt: skip
    department = _text(
        "Work", _("Department"), "Department, division or unit within the company.",
        vcard="ORG.unit", crm=("Department", "Organization Department"),
    )  # fmt: skip
    company = _text(
        "Work", _("Company"), "Company or organisation with its legal form, without slogans.",
        vcard="ORG", crm=("Company", "Organization", "Organization Name", "Account Name"),
    )  # fmt: skip
    phone = _text(
        "Reach", _("Phone"), "Main landline or office number, as printed with its country code.",
        "phone", vcard="TEL;TYPE=WORK,VOICE", crm=("Phone", "Business Phone", "Work Phone"),
        max_length=60,
    )  # fmt: skip
    extension = _text(
        "Reach", _("Extension"), "Extension of the main number, digits only.",
        vcard="X-EXTENSION", crm=("Extension",), max_length=20,
    )  # fmt: skip
    phone_2 = _text(
        "Reach", _("Phone 2"), "A second landline or office number.",
        "phone", vcard="TEL;TYPE=WORK,VOICE", crm=("Business Phone 2", "Other Phone"),
        max_length=60,
    )  # fmt: skip
    mobile = _text(
        "Reach", _("Mobile"), "Mobile or cell number.",
        "phone", vcard="TEL;TYPE=CELL,VOICE", crm=("Mobile", "Mobile Phone", "Cell"),
        max_length=60,
    )  # fmt: skip
    mobile_2 = _text(
        "Reach", _("Mobile 2"), "A second mobile number.",
        "phone", vcard="TEL;TYPE=CELL,VOICE", crm=("Mobile Phone 2",), max_length=60,
    )  # fmt: skip
    fax = _text(
        "Reach", _("Fax"), "Fax number.",
        "phone", vcard="TEL;TYPE=WORK,FAX", crm=("Fax", "Business Fax"), max_length=60,
    )  # fmt: skip
    email = _text(
        "Reach", _("E-mail"), "The person's e-mail address, or the office's if there is no other.",
        "email", vcard="EMAIL;TYPE=INTERNET", crm=("Email", "E-mail", "E-mail Address"),
        max_length=254,
    )  # fmt: skip
    email_2 = _text(
        "Reach", _("E-mail 2"), "A second e-mail address.",
        "email", vcard="EMAIL;TYPE=INTERNET", crm=("Email 2", "E-mail 2 Address"), max_length=254,
    )  # fmt: skip
    website = _text(
        "Reach", _("Website"), "Web address, as printed.",
        "url", vcard="URL", crm=("Website", "Web Page", "URL"), max_length=300,
    )  # fmt: skip
    social = _text(
        "Reach", _("Social"), "Profiles and handles on social networks, separated by commas.",
        vcard="X-SOCIALPROFILE", crm=("Social", "LinkedIn"), max_length=300,
    )  # fmt: skip
    address_1 = _text(
        "Address", _("Address line 1"), "Street and number, or the first line of the address.",
        vcard="ADR.street", crm=("Street", "Address", "Business Street"),
    )  # fmt: skip
    address_2 = _text(
        "Address", _("Address line 2"), "Building, floor, suite or district.",
        vcard="ADR.extended", crm=("Street 2", "Business Street 2"),
    )  # fmt: skip
    address_3 = _text(
        "Address", _("Address line 3"), "A further line of the address, such as a post office box.",
        vcard="ADR.pobox", crm=("Street 3", "Business Street 3"),
    )  # fmt: skip
    city = _text(
        "Address", _("City"), "City or town.",
        vcard="ADR.locality", crm=("City", "Business City"), max_length=120,
    )  # fmt: skip
    state = _text(
        "Address", _("State"), "State, province, prefecture or county.",
        vcard="ADR.region", crm=("State", "Business State", "Region"), max_length=120,
    )  # fmt: skip
    postal_code = _text(
        "Address", _("Postal code"), "Postal or ZIP code.",
        vcard="ADR.code", crm=("Postal Code", "ZIP", "Business Postal Code"), max_length=20,
    )  # fmt: skip
    country = _text(
        "Address", _("Country"), "Country, if printed or certain from the address.",
        "country", vcard="ADR.country", crm=("Country", "Business Country/Region"),
        max_length=80,
    )  # fmt: skip
    languages = _text(
        "About", _("Languages"), "Languages on the card as BCP 47 tags, separated by commas.",
        "languages", crm=("Languages", "Language"), max_length=60,
    )  # fmt: skip
    business_type = _text(
        "About", _("Business type"), "What the company does, in one to three words.",
        crm=("Business Type", "Industry"), max_length=120,
    )  # fmt: skip
    contact_type = _text(
        "About", _("Contact type"), "B2B if the company sells to businesses, D2C if to consumers.",
        "choice", crm=("Contact Type",), max_length=10, choices=ContactType.choices,
    )  # fmt: skip
    products = _text(
        "About", _("Products"), "Products and services named on the card.", "long",
        crm=("Products", "Services"),
    )  # fmt: skip
    notes = _text(
        "About", _("Notes"), "Anything else worth keeping, such as opening hours or a slogan.",
        "long", vcard="NOTE", crm=("Notes", "Description"),
    )  # fmt: skip
    extra = models.JSONField(
        _("Extra fields"), blank=True, default=dict,
        help_text="Further fields as a JSON object of names and texts.",
    )  # fmt: skip

    class Meta:
        abstract = True


CONTACT_COLUMNS: tuple[ContactText | ContactLongText, ...] = tuple(
    field
    for field in ContactFields._meta.local_fields
    if isinstance(field, ContactText | ContactLongText)
)
"""The text columns in their order on screen (everything but `extra`)."""

CONTACT_FIELDS: tuple[str, ...] = tuple(column.name for column in CONTACT_COLUMNS)
