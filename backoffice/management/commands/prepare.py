from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from backoffice import env
from backoffice.staff import ADMIN, ensure_admin
from cards import vault


class Command(BaseCommand):
    help = "Bring database, vault, static files and the first staff account into being."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        try:
            vault.put_readme()
        except vault.VaultError as error:
            raise CommandError(str(error)) from error
        password = ensure_admin()
        if password is None:
            return
        self.stdout.write(f"\n  Staff account made.  User name: {ADMIN}")
        if env.secret("ADMIN_PASSWORD"):
            self.stdout.write("  Password: the one in ADMIN_PASSWORD\n")
        else:
            self.stdout.write(f"  Password: {password}    (shown this once; change it inside)\n")
