"""What a web server serves instead of `backoffice.wsgi` when `prepare` found no database: the pages
of read-only mode, until the database answers."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

application = get_wsgi_application()

from backoffice.readonly import start, watch  # noqa: E402  # Django is set up by now
from backoffice.readonly.unprepared import Unprepared  # noqa: E402

watch.site = Unprepared()
start()
