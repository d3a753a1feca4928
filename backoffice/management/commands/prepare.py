from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from backoffice import env, migrating
from backoffice.archive import restored
from backoffice.archive.manifest import BackupError
from backoffice.staff import ADMIN, ensure_admin
from cards import vault

NO_DATABASE = 75
"""The exit status when the database does not answer, by which the image knows that it may serve
the pages of read-only mode meanwhile; EX_TEMPFAIL of sysexits.h."""


class Command(BaseCommand):
    help = "Bring database, vault, static files and the first staff account into being."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise CommandError(
                f"The database does not answer ({str(error).strip()}). Nothing was changed; try"
                " again when it is back.",
                returncode=NO_DATABASE,
            ) from error
        try:
            migrating.migrate(self.stdout.write)
        except (BackupError, migrating.MigrationError) as error:
            raise CommandError(str(error)) from error
        call_command("collectstatic", verbosity=0, interactive=False)
        try:
            vault.put_readme()
        except vault.VaultError as error:
            raise CommandError(str(error)) from error
        if restored.is_marked():
            self._fill_in()
        password = ensure_admin()
        if password is None:
            return
        self.stdout.write(f"\n  Staff account made.  User name: {ADMIN}")
        if env.secret("ADMIN_PASSWORD"):
            self.stdout.write("  Password: the one in ADMIN_PASSWORD\n")
        else:
            self.stdout.write(f"  Password: {password}    (shown this once; change it inside)\n")

    def _fill_in(self) -> None:
        """What came after the backup. A document that is damaged stops nobody: it was named."""
        self.stdout.write("The database is from a backup. What came after it is in the vault:")
        try:
            call_command("rebuild", stdout=self.stdout)
        except CommandError as error:
            if restored.is_marked():
                raise CommandError(
                    f"{error} The site was not started: what is decided before could get the number"
                    " of a decision that the vault already has. Try again; when the vault is lost"
                    " for good, `manage.py rebuild --skip` lets the site start without it."
                ) from error
            self.stdout.write(f"{error} The site is started without them.")
