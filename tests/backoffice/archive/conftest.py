"""What tests of keeping share."""

from tests.backoffice.archive.desk import desk, full_desk  # noqa: F401
from tests.backoffice.archive.whole_site import filled_site, site  # noqa: F401
