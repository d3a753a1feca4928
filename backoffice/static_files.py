"""How style sheets and scripts are served: by names with the digest of their content."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """As WhiteNoise does it, with the imports of ES modules among the names that follow content."""

    support_js_module_import_aggregation = True
