from django.contrib import admin
from django.urls import path
from django.views.decorators.http import require_POST
from django.views.generic import RedirectView
from django.views.i18n import set_language

from backoffice import health, metrics

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path("language", require_POST(set_language), name="set_language"),
    path("admin/", admin.site.urls),
]
