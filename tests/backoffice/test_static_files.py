"""A browser that keeps old scripts must never mix them with new ones."""

from pathlib import Path

from backoffice.static_files import StaticFiles


def test_the_imports_of_a_module_follow_the_content_of_what_they_import(tmp_path: Path) -> None:
    (tmp_path / "desk.js").write_text('import { say } from "./words.js";\nsay();\n')
    (tmp_path / "words.js").write_text("export const say = () => {};\n")
    storage = StaticFiles(location=str(tmp_path), base_url="/static/")
    paths = {name: (storage, name) for name in ("desk.js", "words.js")}
    found = {name: new for name, new, _ in storage.post_process(paths) if name in paths}
    assert found["words.js"] != "words.js"
    assert f'from "./{found["words.js"]}"' in (tmp_path / found["desk.js"]).read_text()
