"""The import arrows of the design: backoffice -> review -> extraction -> cards -> Django."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ORDER = ("cards", "extraction", "review", "backoffice")
READING = sorted((ROOT / "extraction" / "reading").glob("*.py"))
PURE = (
    *READING,
    *(ROOT / "extraction" / name for name in ("result.py", "schema.py", "measuring/scoring.py")),
)
EXTRACTORS = sorted(
    path for path in (ROOT / "extraction" / "extractors").glob("*.py") if path.name != "__init__.py"
)


def modules(app: str) -> Iterator[Path]:
    return (ROOT / app).rglob("*.py")


def imports(path: Path) -> set[str]:
    """Every module that a file imports, in functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("app", ORDER)
def test_an_app_imports_only_earlier_ones(app: str) -> None:
    later = ORDER[ORDER.index(app) + 1 :]
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(app)
        for name in imports(path)
        if name.split(".")[0] in later
    }
    assert not wrong


def test_cards_never_names_extraction() -> None:
    """Not even in a string, such as a foreign key by name."""
    named = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules("cards")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith(("extraction.", "review."))
    }
    assert not named


@pytest.mark.parametrize("path", [*PURE, *EXTRACTORS], ids=lambda path: path.name)
def test_pure_modules_and_extractors_touch_neither_database_nor_settings(path: Path) -> None:
    forbidden = ("django.db", "django.conf", "cards.models", "cards.vault", "extraction.models")
    assert not {name for name in imports(path) if name.startswith(forbidden)}


def test_pictures_know_nothing_of_the_database() -> None:
    assert not {name for name in imports(ROOT / "cards/images.py") if name.startswith("django")}


def test_only_the_vault_touches_file_storage() -> None:
    """The health probe may look whether the store answers."""
    allowed = {"cards/vault.py", "cards/vault_storage.py", "backoffice/health.py"}
    users = {
        str(path.relative_to(ROOT))
        for app in ORDER
        for path in modules(app)
        if any(name.startswith("django.core.files.storage") for name in imports(path))
    }
    assert users <= allowed


def test_status_is_never_assigned() -> None:
    """Status changes only by the verbs' conditional UPDATE."""
    assigned = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for app in ORDER
        for path in modules(app)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr == "status"
    }
    assert not assigned


def test_no_module_is_a_drawer() -> None:
    drawers = {"utils", "helpers", "services", "common", "misc"}
    assert not {path for app in ORDER for path in modules(app) if path.stem in drawers}
