"""Settings and commands are documented, and what the docs name exists."""

import ast
import re
from pathlib import Path

from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
OUR_APPS = ("backoffice", "cards", "extraction", "review")


def variables_read() -> set[str]:
    """The environment variables that the code reads through `env`."""
    pattern = re.compile(r'env\.\w+\(\s*"([A-Z_]+)"')
    sources = (ROOT / "backoffice").rglob("*.py")
    return {name for path in sources for name in pattern.findall(path.read_text())}


def documented(page: str) -> set[str]:
    """The names in the first column of a page's tables."""
    text = (ROOT / "docs" / page).read_text()
    return set(re.findall(r"^\| `([A-Za-z_]+)", text, flags=re.MULTILINE))


def test_every_setting_is_documented_and_no_other() -> None:
    from_packages = {name for name in documented("settings.md") if name.startswith("AWS_")}
    assert documented("settings.md") - from_packages == variables_read()


def test_every_command_is_documented_and_no_other() -> None:
    ours = {name for name, app in get_commands().items() if app in OUR_APPS}
    assert documented("commands.md") == ours


def test_readme_shows_the_two_commands_first() -> None:
    readme = (ROOT / "README.md").read_text()
    first_block = readme.split("```")[1]
    assert "make run" in first_block
    assert "make test" in first_block


def test_pictures_and_pages_that_the_docs_link_to_exist() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    missing = {
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#]+)", page.read_text())
        if not target.startswith("http") and not (page.parent / target).exists()
    }
    assert not missing


def sentences_with_tests() -> dict[str, list[str]]:
    """Each promise of docs/reliability.md, and the tests it names as `path::name`."""
    page = (ROOT / "docs" / "reliability.md").read_text()
    promises = [
        re.split(r"\n\n|\n(?=#)", part)[0] for part in page.split("\n- ")[1:]
    ]  # fmt: skip
    return {promise: re.findall(r"`(tests/\S+::\S+)`", promise) for promise in promises}


def is_there(test: str) -> bool:
    path, _, name = test.partition("::")
    if not (ROOT / path).is_file():
        return False
    nodes = ast.walk(ast.parse((ROOT / path).read_text()))
    return name in {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


def test_every_promise_names_tests_that_exist() -> None:
    promises = sentences_with_tests()
    assert len(promises) > 20
    assert [promise for promise, tests in promises.items() if not tests] == []
    assert [test for tests in promises.values() for test in tests if not is_there(test)] == []
