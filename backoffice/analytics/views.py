"""The page on which analysts find what was published, and have it published anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from backoffice.analytics import downloads, nights, publications
from backoffice.analytics.publications import Publication, PublicationError
from cards.views import needs, staff_member, unavailable
from cards.wording import figure

PERMISSION = "cards.export_card"


@dataclass(frozen=True, slots=True)
class File:
    """A file that is offered; `rows` and `title` are "" where there is nothing to say."""

    name: str
    title: str
    url: str
    rows: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Published:
    """A publication on the page; `main` are the files that most people come for."""

    as_of: datetime
    contents: str
    main: tuple[File, ...]
    files: tuple[File, ...]


@needs(PERMISSION)
@require_GET
def page(request: HttpRequest) -> HttpResponseBase:
    """What there is, newest first. No query of its own."""
    found = [_published(one) for one in publications.all()]
    context = {
        **admin.site.each_context(request),
        "title": _("Publications"),
        "newest": found[0] if found else None,
        "earlier": found[1:],
        "standing": nights.standing(),
    }
    return TemplateResponse(request, "backoffice/publications.html", context)


@needs(PERMISSION)
@require_POST
def publish_now(request: HttpRequest) -> HttpResponseBase:
    """Have a worker publish; asked twice, it is made once."""
    if nights.standing().asked_at is None:
        nights.ask(staff_member(request).get_username())
    return redirect("admin:publications")


@needs(PERMISSION)
@require_GET
def download(request: HttpRequest, publication: str, name: str) -> HttpResponseBase:
    """A file of a publication, or a sentence why it cannot be had."""
    try:
        return downloads.answer(publication, name)
    except PublicationError as error:
        return unavailable(error)


def urls(wrap: Callable[..., Any]) -> list[URLPattern]:
    """The addresses, wrapped for signed-in staff."""
    return [
        path("publications/", wrap(page), name="publications"),
        path("publications/now", wrap(publish_now), name="publish_now"),
        path("publications/<str:publication>/<str:name>", wrap(download), name="publication_file"),
    ]


def _published(one: Publication) -> Published:
    files = tuple(
        File(
            name=file.name,
            title=file.title,
            url=reverse("admin:publication_file", args=(one.name, file.name)),
            rows="" if file.rows is None else figure(file.rows),
            size=file.size,
            sha256=file.sha256,
        )
        for file in downloads.offered(one)
    )
    return Published(one.as_of, _contents(one), tuple(f for f in files if f.title), files)


def _contents(one: Publication) -> str:
    """Such as: 18,000 approved contacts of 20,000 cards, 62.4 MB."""
    contacts, cards = one.counts.get("contacts", 0), one.counts.get("cards", 0)
    words = ngettext(
        "%(contacts)s approved contact of %(cards)s, %(size)s",
        "%(contacts)s approved contacts of %(cards)s, %(size)s",
        contacts,
    )
    of = ngettext("%(number)s card", "%(number)s cards", cards) % {"number": figure(cards)}
    return words % {"contacts": figure(contacts), "cards": of, "size": filesizeformat(one.size)}
