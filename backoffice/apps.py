from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils import translation


class BackofficeConfig(AppConfig):
    name = "backoffice"

    def ready(self) -> None:
        """Outside of requests the program speaks English, whatever LANGUAGE_CODE says: what
        commands print and workers store is for everybody."""
        translation.activate("en")


class DeskAdminConfig(AdminConfig):
    default_site = "backoffice.site.DeskSite"
