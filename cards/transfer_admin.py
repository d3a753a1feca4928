"""Cards out of and into the admin: the export page, the action on selected rows, the import."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.admin import ExportMixin, ImportMixin

from cards import exports
from cards.models import Card
from cards.resources import CardResource
from cards.transfer_forms import ALL, OFFERED, ConfirmForm, ExportForm, ImportForm, WaitingImport
from cards.wording import figure

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Card]
else:
    _Admin = object

PREVIEW_ROWS = 200


class ExportPage(ExportMixin, _Admin):  # type: ignore[misc]
    """The export page. Its address carries the changelist's filters, its form the choice."""

    export_template_name = "admin/cards/card/export.html"
    actions = ("export_selected",)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("cards.export_card")

    @admin.action(description=_("Export selected cards"), permissions=["export"])
    def export_selected(self, request: HttpRequest, queryset: QuerySet[Card]) -> HttpResponseBase:
        if request.POST.get("select_across") == "1":
            # All rows of the filtered list: its address says which, without naming each.
            url = reverse(f"{self.admin_site.name}:cards_card_export")
            return redirect(f"{url}?{request.GET.urlencode()}")
        ids = [str(pk) for pk in queryset.values_list("pk", flat=True)]
        return self._page(request, queryset, ids=ids)

    def export_action(self, request: HttpRequest) -> HttpResponseBase:
        if not self.has_export_permission(request):
            raise PermissionDenied
        asked = _take_status(request)
        try:
            queryset = self.get_export_queryset(request)
        except IncorrectLookupParameters:
            messages.error(
                request, gettext("The list's filter in the address is not known; choose anew.")
            )
            return redirect(f"{self.admin_site.name}:cards_card_export")
        ids = _uuids(request.POST.getlist("export_items"))
        if ids:
            queryset = queryset.filter(pk__in=ids)
        is_part = bool(ids) or _is_filtered(request)
        return self._page(
            request, queryset, ids=ids, data=request.POST or None,
            which=asked or (ALL if is_part else Card.Status.APPROVED),
        )  # fmt: skip

    def _page(
        self,
        request: HttpRequest,
        queryset: QuerySet[Card],
        *,
        ids: Sequence[str] = (),
        data: Any = None,
        which: str = ALL,
    ) -> HttpResponseBase:
        """The page, or the file when `data` asks for one."""
        form = ExportForm(_counts(queryset), data=data, initial={"which": which, "format": "xlsx"})
        if form.is_valid():
            try:
                return self._download(queryset, **form.cleaned_data)
            except exports.ExportError as error:
                messages.error(request, str(error))
        url = reverse(f"{self.admin_site.name}:cards_card_export")
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Export contacts"),
            "opts": self.model._meta,
            "form": form,
            "ids": ids,
            "is_filtered": _is_filtered(request),
            "export_url": f"{url}?{request.GET.urlencode()}",
            "media": self.media,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.export_template_name, context)

    def _download(self, queryset: QuerySet[Card], *, which: str, format: str) -> FileResponse:
        """The file, streamed from a temporary one that goes when it has been sent."""
        if which != ALL:
            queryset = queryset.filter(status=which)
        found = exports.find(format)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "contacts"
            exports.write(format, queryset, path)
            file = path.open("rb")
        name = file_name(which, found.get_extension())
        response = FileResponse(
            file, as_attachment=True, filename=name, content_type=found.get_content_type()
        )
        response["X-Content-Type-Options"] = "nosniff"
        return response


class ImportPage(ImportMixin, _Admin):  # type: ignore[misc]
    """The import: a file, its preview, and the confirmation."""

    import_template_name = "admin/cards/card/import.html"
    import_form_class = ImportForm
    confirm_form_class = ConfirmForm
    tmp_storage_class = WaitingImport
    resource_classes = [CardResource]

    @property
    def import_formats(self) -> list[type]:
        return list(exports.formats().values())

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("cards.import_card")

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        request.previewed_at = timezone.now()  # type: ignore[attr-defined]
        response: HttpResponseBase = super().import_action(request, **kwargs)
        return response

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            response: HttpResponseBase = super().process_import(request, **kwargs)
        except FileNotFoundError:
            messages.error(
                request,
                gettext(
                    "The file is not waiting any more: it was imported already, or a day has"
                    " passed. Look at the list of cards before you upload it again."
                ),
            )
            return redirect(f"{self.admin_site.name}:cards_card_import")
        return response

    def get_confirm_form_initial(self, request: HttpRequest, import_form: Any) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_confirm_form_initial(request, import_form)
        seen: datetime = getattr(request, "previewed_at", timezone.now())
        return {**initial, "previewed_at": seen.isoformat()}

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.get("form")
        confirmed = form.cleaned_data if isinstance(form, ConfirmForm) else {}
        return {"previewed_at": confirmed.get("previewed_at")}

    def add_data_read_fail_error_to_form(self, form: forms.Form, e: Exception) -> None:
        form.add_error(
            "import_file",
            gettext(
                "The file cannot be read as CSV or Excel. Open it in a spreadsheet program, save"
                " it again as .xlsx or as CSV UTF-8, and upload that."
            ),
        )

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponseBase:
        """Back to the list, or the preview's errors again: then nothing was written."""
        if not (result.has_errors() or result.has_validation_errors()):
            response: HttpResponse = super().process_result(result, request)
            return response
        messages.error(
            request, gettext("Nothing was imported. Upload the file again to see it anew.")
        )
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Import contacts"),
            "opts": self.model._meta,
            "result": result,
            **self.get_import_context_data(),
        }
        return TemplateResponse(request, self.import_template_name, context)

    def add_success_message(self, result: Any, request: HttpRequest) -> None:
        total = result.totals
        messages.success(
            request,
            gettext(
                "Imported: %(new)s new, %(corrected)s corrected; %(unchanged)s unchanged or empty."
            )
            % {
                "new": figure(total["new"]),
                "corrected": figure(total["update"]),
                "unchanged": figure(total["skip"]),
            },
        )

    def _create_log_entry(
        self, user_pk: int, rows: list[Card], import_type: str, action_flag: int
    ) -> None:
        LogEntry.objects.log_actions(user_pk, rows, action_flag, "Imported")

    def get_import_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "columns": CardResource.column_names(),
            "preview_rows": PREVIEW_ROWS,
            "preview_slice": f":{PREVIEW_ROWS}",
        }


class TransferMixin(ImportPage, ExportPage):
    """Export and import for the admin of cards; a button each for those who may."""

    import_export_change_list_template = "admin/import_export/change_list_import_export.html"


def file_name(which: str, extension: str) -> str:
    """Such as contacts-2026-11-21-approved.csv."""
    return f"contacts-{timezone.localdate():%Y-%m-%d}-{which.replace('_', '-')}.{extension}"


def _counts(queryset: QuerySet[Card]) -> dict[str, int]:
    """Cards by status. One query."""
    found = queryset.order_by().values("status").annotate(number=Count("pk", distinct=True))
    return dict(found.values_list("status", "number"))


def _take_status(request: HttpRequest) -> str:
    """The choice that `?status=` asks for, taken out of the address: it is no filter."""
    parameters = request.GET.copy()
    asked = parameters.pop("status", [""])[-1]
    request.GET = parameters  # type: ignore[assignment]
    return asked if asked in (ALL, *OFFERED) else ""


def _is_filtered(request: HttpRequest) -> bool:
    """Whether the address says more than how the list is sorted and which page of it is open."""
    return any(value for name, value in request.GET.items() if name not in ("o", "p", "e", "all"))


def _uuids(texts: Sequence[str]) -> list[str]:
    found = []
    for text in texts:
        try:
            found.append(str(UUID(text)))
        except ValueError:
            raise PermissionDenied from None
    return found
