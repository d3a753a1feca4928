"""The product's settings for tests: in a folder of their own, blind to what the shell has set."""

import atexit
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

SERVICES = ("DATABASE_URL", "REDIS_URL", "VAULT_URL")


def _stand_alone() -> None:
    """Forget every setting of this shell, so that no test meets real cards, keys or servers.

    With CARD_DESK_BIG_PARTS=1 (see test_big_parts.py) the services named there are kept.
    """
    source = Path(__file__).resolve().parent.parent / "backoffice" / "settings.py"
    kept = SERVICES if os.environ.get("CARD_DESK_BIG_PARTS") else ()
    for name in re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source.read_text()):
        if name not in kept:
            os.environ.pop(name, None)
            os.environ.pop(f"{name}_FILE", None)
    folder = tempfile.mkdtemp(prefix="card-desk-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["DATA_DIR"] = folder


# A command that a test starts inherits the name of this module, but keeps the settings it is given.
if "pytest" in sys.modules:
    _stand_alone()

from backoffice.settings import *  # noqa: E402, F403
from backoffice.settings import DATA_DIR, DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
}
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns of a folder that is not there

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in production: threads and processes of a test meet in it, and WAL is real.
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    )
