"""The addresses while the database is down: those of the site, each to what can be read of it.

The names are the admin's, so that its templates find their way.
"""

from __future__ import annotations

from django.urls import URLPattern, include, path, re_path
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from backoffice.readonly import pages

_ID = r"(?P<card_id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
_CARD = "cards/card/<uuid:card_id>"

_admin: list[URLPattern] = [
    path("", pages.to_cards, name="index"),
    path("login/", pages.sign_in, name="login"),
    path("logout/", pages.sign_out, name="logout"),
    path("cards/card/", pages.cards, name="cards_card_changelist"),
    path("cards/card/upload/", pages.upload, name="cards_upload"),
    path(f"{_CARD}/change/", pages.card, name="cards_card_change"),
    path(f"{_CARD}/sides/<int:number>/<str:size>.jpg", pages.picture, name="readonly_picture"),
    path(f"{_CARD}/sides/<int:number>/original", pages.original, name="readonly_original"),
    path("publications/", pages.published, name="publications"),
    path("publications/<str:place>/<str:name>", pages.download, name="publication_file"),
    re_path(f"^(?:cards/card|review)/(?:.*/)?{_ID}(?:/.*)?$", pages.to_card),
    re_path(r"^review/waitingcard/$", pages.to_cards),
]

urlpatterns = [
    path("", pages.to_cards),
    path("livez", pages.livez),
    path("readyz", pages.readyz),
    path("language", csrf_protect(require_POST(set_language)), name="set_language"),
    path("admin/", include((_admin, "admin"))),
    re_path(r"", pages.elsewhere),
]
