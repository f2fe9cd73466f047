"""Settings are read from what editors and files say, and every mistake in them is named with its right answer."""

import json
import pickle
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from ffi_lsp.config import ConfigError, Settings, from_json, from_toml, json_schema, page
from ffi_lsp.config.reading import camel, kebab
from ffi_lsp.config.settings import options, sections
from ffi_lsp.diagnostic import Severity

DOCS = Path(__file__).parents[3] / "docs"


def problems(read, mapping, **more):
    with pytest.raises(ConfigError) as caught:
        read(mapping, **more)
    return [str(entry) for entry in caught.value.problems]


def test_an_editor_and_a_file_set_the_same_things_in_their_own_spelling():
    of_editor = from_json({"rules": {"minSeverity": "error", "ignore": ["FFI2"]}, "run": {"timeout": 3}})
    of_file = from_toml({"rules": {"min-severity": "error", "ignore": ["FFI2"]}, "run": {"timeout": 3}})
    assert of_editor == of_file
    assert of_editor.rules.min_severity is Severity.ERROR
    assert of_editor.rules.ignore == ("FFI2",)
    assert of_editor.run.timeout == 3.0


def test_nothing_set_means_the_defaults():
    assert from_json({}) == from_json(None) == from_toml({}) == Settings()
    assert from_json({"rules": None, "hints": {"types": None}}) == Settings()


def test_what_is_not_set_is_taken_from_the_base():
    base = from_json({"rules": {"ignore": ["FFI202"]}, "run": {"sandbox": False}})
    over = from_toml({"rules": {"hints": True}}, base=base)
    assert over.rules.ignore == ("FFI202",)
    assert over.rules.hints
    assert not over.run.sandbox


def test_relative_folders_start_where_the_settings_stand(tmp_path):
    settings = from_toml({"headers": {"include": ["vendor", "/opt/include"]}}, folder=tmp_path)
    assert settings.headers.include == (tmp_path / "vendor", Path("/opt/include"))
    assert from_toml({"libraries": {"paths": ["~/lib"]}}).libraries.paths == (Path("~/lib").expanduser(),)


def test_patterns_start_where_they_were_written(tmp_path):
    editors = from_json({"files": {"exclude": ["dist"]}}, folder=tmp_path)
    assert editors.folder == tmp_path
    below = tmp_path / "below"
    assert from_toml({"rules": {"hints": True}}, base=editors, folder=below).folder == tmp_path
    assert from_toml({"files": {"exclude": ["build"]}}, base=editors, folder=below).folder == below


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"rulez": {}}, "settings: rulez: there is no such setting; expected one of rules, headers"),
        ({"rules": {"min-severty": "error"}}, "did you mean min-severity?"),
        ({"rules": {"minSeverity": "error"}}, "did you mean min-severity?"),
        ({"rules": {"min-severity": "eror"}}, '"eror" does not fit; expected one of hint, information, warning, error'),
        ({"rules": {"select": "FFI201"}}, '"FFI201" does not fit; expected a list of rules'),
        ({"rules": {"select": ["FFI20l"]}}, '"FFI20l" does not fit'),
        ({"rules": {"ignore": ["symbol-not-exportd"]}}, "did you mean symbol-not-exported?"),
        ({"rules": 3}, "settings: rules: 3 does not fit; expected a table"),
        ({"headers": {"enabled": "yes"}}, 'headers.enabled: "yes" does not fit; expected true or false'),
        ({"headers": {"enabled": 1}}, "expected true or false"),
        ({"headers": {"defines": ["-DNAME"]}}, "expected a list of macros"),
        ({"headers": {"include": [""]}}, "expected a list of folders"),
        ({"headers": {"include": ["a\0b"]}}, "expected a list of folders"),
        ({"run": {"timeout": 0}}, "expected a number of seconds from 0.1 to 600"),
        ({"run": {"timeout": float("nan")}}, "expected a number of seconds"),
        ({"run": {"timeout": True}}, "expected a number of seconds"),
        ({"run": {"memory": 1.5}}, "expected a whole number of bytes"),
        ({"files": {"exclude": [1]}}, "files.exclude: 1 does not fit"),
        ([], "expected a table"),
    ],
)
def test_a_mistake_is_named_with_what_was_expected(mapping, said):
    (message,) = problems(from_toml, mapping)
    assert said in message


def test_all_mistakes_are_told_at_once():
    assert len(problems(from_json, {"rules": {"a": 1, "hints": 2}, "lens": [], "x": 0})) == 4


@pytest.mark.parametrize("key", ["enabled", "sandbox", "ask"])
def test_a_file_of_a_project_cannot_switch_a_protection_off(key):
    mapping = {"run": {key: False}}
    for read in (from_toml, from_json):
        (message,) = problems(read, mapping, trusted=False)
        assert f"run.{key}: a file of a project cannot set this" in message
    assert getattr(from_json(mapping).run, key) is False


def test_what_an_editor_keeps_for_itself_beside_our_settings_is_no_mistake():
    assert from_json({"server": {"path": "x"}, "trace": {"server": "off"}}) == Settings()
    assert problems(from_json, {"server": {}}, trusted=False)


def test_the_error_travels_between_processes():
    with pytest.raises(ConfigError) as caught:
        from_json({"rulse": {}})
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.nearest, copy.key) == (str(caught.value), "rules", "rulse")


@pytest.mark.parametrize("toml", [False, True])
def test_the_schema_knows_every_setting_and_takes_every_default(toml):
    schema = json_schema(toml=toml)
    Draft202012Validator.check_schema(schema)
    spelling = kebab if toml else camel
    defaults = {}
    for section, class_ in sections().items():
        entries = schema["properties"][spelling(section)]["properties"]
        for name, (option, _) in options(class_).items():
            entry = entries.get(spelling(name))
            if entry is None:
                assert toml
                assert option.machine
                continue
            assert entry["description"] == option.description
            assert (entry.get("scope") == "machine") is option.machine
            defaults.setdefault(spelling(section), {})[spelling(name)] = entry["default"]
    json.dumps(schema)
    Draft202012Validator(schema).validate(defaults)
    assert (from_toml if toml else from_json)(defaults) == Settings()


@pytest.mark.parametrize(
    "mapping",
    [{"rules": {"minSeverity": "eror"}}, {"run": {"timeout": 0}}, {"rulez": {}}, {"headers": {"enabled": "yes"}}],
)
def test_the_schema_refuses_what_the_reader_refuses(mapping):
    assert not Draft202012Validator(json_schema()).is_valid(mapping)
    assert problems(from_json, mapping)


def test_the_page_is_what_the_settings_say():
    assert (DOCS / "settings.md").read_text() == page(), "run: ffi-lsp settings --write docs/settings.md"
