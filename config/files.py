"""How files for the browser are named: by their content, also where one script imports another."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Names with a digest, so that a page never meets a script of another version."""

    support_js_module_import_aggregation = True
