"""The admin site: what every page knows, and the first page, "what needs doing now"."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _

from backoffice import dashboard, notices
from backoffice.analytics import views as publications
from backoffice.navigation import navigation


class DeskSite(admin.AdminSite):
    """The stock admin with navigation by work instead of a list of apps."""

    site_header = "Card Desk"
    site_title = "Card Desk"
    index_title = _("Today")
    site_url = None
    enable_nav_sidebar = False

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Adds the pages that belong to no table."""
        return [*publications.urls(self.admin_view), *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Adds `navigation`, the sections this user may enter, `place`, the name of this page, and
        on some places `notices`, what stands in the way of reading.

        There is no navigation before signing in and in pop-ups, and no place on pages that the
        navigation does not name. At most three queries of its own, and those of the notices.
        """
        context = super().each_context(request)
        is_inside = context["has_permission"] and "_popup" not in request.GET
        sections = navigation(request) if is_inside else ()
        entries = [entry for section in sections for entry in section.entries]
        place = next((entry.label for entry in entries if entry.url == request.path), "")
        shows_notices = bool(place) and notices.belong_on(request.path)
        found = notices.for_user(request.user) if shows_notices else []  # type: ignore[arg-type]
        return {**context, "navigation": sections, "place": place, "notices": found}

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The dashboard; the context adds `dashboard`."""
        today = dashboard.for_user(request.user)  # type: ignore[arg-type]
        return super().index(request, {"dashboard": today, **(extra_context or {})})
