"""What tests of keeping share."""

from tests.backoffice.archive.whole_site import filled_site, site  # noqa: F401
