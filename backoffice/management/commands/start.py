import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from backoffice import supervisor


class Command(BaseCommand):
    help = "Serve the site on this machine: web server, worker and beat together, until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        # Where others can enter DATA_DIR, what the site puts into it is still not for them.
        os.umask(0o077)
        try:
            with supervisor.only_one(settings.DATA_DIR / "start.lock"):
                port = supervisor.free_port(settings.BIND, settings.PORT)
                call_command("prepare", stdout=self.stdout)
                is_local = settings.BIND in ("127.0.0.1", "0.0.0.0")  # noqa: S104
                host = "localhost" if is_local else settings.BIND
                self.stdout.write(
                    f"\n  Card Desk is at http://{host}:{port}/   (Ctrl-C stops it)\n"
                )
                self.stdout.write(f"  Everything is kept in {settings.DATA_DIR}\n\n")
                self.stdout.flush()
                supervisor.run(supervisor.site_commands(port), out=self.stdout)
        except supervisor.SupervisorError as error:
            raise CommandError(str(error)) from error
