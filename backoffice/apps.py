from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class BackofficeConfig(AppConfig):
    name = "backoffice"


class DeskAdminConfig(AdminConfig):
    default_site = "backoffice.site.DeskSite"
