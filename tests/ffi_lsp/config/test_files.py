"""The nearest file with settings counts, whatever its form; what is wrong in it is said with its line."""

import os

import pytest

from ffi_lsp.cli import main
from ffi_lsp.config import ConfigError, Settings, find, load, load_file

FORMS = {
    "ffi.toml": '[rules]\nignore = ["FFI202"]\n',
    "deno.json": '{\n  // ours\n  "tasks": {},\n  "ffi": {"rules": {"ignore": ["FFI202",],},},\n}\n',
    "deno.jsonc": '{"ffi": {"rules": {"ignore": ["FFI202"]}}}',
    "package.json": '{"name": "x", "ffi": {"rules": {"ignore": ["FFI202"]}}}',
    "pyproject.toml": '[tool.ffi-lsp.rules]\nignore = ["FFI202"]\n',
}


@pytest.mark.parametrize("name", FORMS)
def test_each_kind_of_file_is_read(name, tmp_path):
    (tmp_path / name).write_text(FORMS[name])
    settings = load(tmp_path)
    assert settings.rules.ignore == ("FFI202",)
    assert settings.source == tmp_path / name
    assert settings.folder == tmp_path


def test_the_nearest_file_upwards_counts_and_files_without_settings_do_not(tmp_path):
    (tmp_path / "ffi.toml").write_text(FORMS["ffi.toml"])
    inner = tmp_path / "packages" / "one"
    inner.mkdir(parents=True)
    (inner / "package.json").write_text('{"name": "one", "dependencies": {"ffi": "^4"}}')
    (inner / "deno.json").write_text("{ not json, says its own tool: ffi")
    assert find(inner) == tmp_path / "ffi.toml"
    (inner / "package.json").write_text('{"ffi": {"rules": {"hints": true}}}')
    assert load(inner).rules.hints
    assert load(inner).rules.ignore == ()


def test_no_file_means_what_the_editor_said(tmp_path):
    base = Settings()
    assert load(tmp_path) == base
    assert load(tmp_path, base) is base


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("ffi.toml", "# x\n\n[rules]\nhint = true\n", 4),
        ("ffi.toml", "rules.hint = true\n", 1),
        ("ffi.toml", "\nrules = { hint = true }\n", 2),
        ("ffi.toml", '[rules]\nignore = [\n"FFI202",\n]\n[ "rules2" ]\n', 5),
        ("pyproject.toml", '[project]\nname = "x"\n[tool.ffi-lsp]\n[tool.ffi-lsp.rules]\nhint = true\n', 5),
        ("deno.json", '{\n  "rules": 1,\n  "ffi": {\n    "rules": {\n      "hint": true}}}', 5),
        ("package.json", '{\n"ffi": 3}', 2),
        ("ffi.toml", "[rules]\nhints = maybe\n", 2),
        ("ffi.toml", "[rules\n", 1),
    ],
)
def test_a_mistake_in_a_file_is_said_with_its_line(name, text, line, tmp_path):
    (tmp_path / name).write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path)
    assert caught.value.file == tmp_path / name
    assert caught.value.line == line
    assert str(caught.value).startswith(f"{tmp_path / name}:{line}: ")


def test_a_file_that_is_asked_for_must_be_there_and_be_text(tmp_path):
    bad = {"latin.toml": b"# \xe9", "deep.json": b"[" * 100_000, "long.toml": b"#" * (5 << 20)}
    for name, data in bad.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder.toml").mkdir()
    os.mkfifo(tmp_path / "pipe.toml")
    said = {}
    for name in (*bad, "folder.toml", "pipe.toml", "missing.toml"):
        with pytest.raises(ConfigError) as caught:
            load_file(tmp_path / name)
        said[name] = str(caught.value).removeprefix(f"{tmp_path / name}")
    assert said == {
        "latin.toml": ": it is not UTF-8 (byte 2)",
        "deep.json": ": it cannot be parsed: it is nested too deeply",
        "long.toml": ": it is longer than 4 MiB",
        "folder.toml": ": it is no file",
        "pipe.toml": ": it is no file",
        "missing.toml": ": there is no such file",
    }


def test_a_file_of_any_name_is_read_by_its_suffix(tmp_path):
    for name, text in (("ours.json", FORMS["deno.jsonc"]), ("ours.toml", FORMS["ffi.toml"]), ("ours", "")):
        (tmp_path / name).write_text(text)
    assert load_file(tmp_path / "ours.json").rules == load_file(tmp_path / "ours.toml").rules
    assert load_file(tmp_path / "ours").rules == Settings().rules


def test_strings_with_slashes_and_commas_are_no_comments(tmp_path):
    (tmp_path / "deno.json").write_text(
        '{"a": "https://x//y", /* "ffi": 1 */ "ffi": {"files": {"exclude": ["/*,]", "//b",],},},}'
    )
    assert load(tmp_path).files.exclude == ("/*,]", "//b")


def test_the_command_prints_and_writes_the_schema_and_the_page(tmp_path, capsys):
    assert main(["settings", "--schema"]) == 0
    assert '"minSeverity"' in capsys.readouterr().out
    assert main(["settings", "--toml", "--write", str(tmp_path / "schema.json")]) == 0
    assert '"min-severity"' in (tmp_path / "schema.json").read_text()
    assert main(["settings"]) == 0
    assert capsys.readouterr().out.startswith("# Settings")
    assert main(["settings", "--write", str(tmp_path / "no" / "page.md")]) == 2
    assert "No such file or directory" in capsys.readouterr().err
