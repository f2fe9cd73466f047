"""The page docs/settings.md, made from the settings' own descriptions."""

from __future__ import annotations

import json

from ffi_lsp.config.reading import camel, kebab
from ffi_lsp.config.schema import plain
from ffi_lsp.config.settings import Option, options, sections

_HEAD = """\
# Settings

Made from the settings' class by `ffi-lsp settings --write docs/settings.md`.

A project keeps its settings in one of these; the nearest file upwards counts, and in one folder the first of them that
has settings:

| file | where | names |
|---|---|---|
| `ffi.toml` | the whole file | kebab-case: `min-severity` |
| `deno.json`, `deno.jsonc` | under `"ffi"` | camelCase: `minSeverity` |
| `package.json` | under `"ffi"` | camelCase |
| `pyproject.toml` | under `[tool.ffi-lsp]` | kebab-case |

```toml
# ffi.toml
[rules]
ignore = ["FFI202"]

[headers]
include = ["vendor/include"]
```

An editor sends its settings as `initializationOptions`, or as the section `ffi` of `workspace/configuration`, with
names in camelCase; what a file of the project sets takes their place. `ffi-lsp check --config FILE` reads another
file, and `--no-config` none. Relative paths start at the folder of the file, in an editor at the folder that is open.

Settings marked *editor only* cannot be set in a file: opening a repository must not switch a protection off. A setting
that does not exist, or has a value that does not fit, is an error: `ffi-lsp check` ends with exit code 2, and the
server says so and goes on with the defaults.

`ffi-lsp settings --schema` prints the JSON schema of an editor's settings, and with `--toml` that of `ffi.toml`.
"""

_TABLE = "| setting | value | default | what it does |\n|---|---|---|---|\n"


def page() -> str:
    """The page, in Markdown."""
    parts = [_HEAD]
    for section, class_ in sections().items():
        rows = "".join(_row(name, option, default) for name, (option, default) in options(class_).items())
        parts.append(f"\n## {kebab(section)}\n\n{class_.__doc__}\n\n{_TABLE}{rows}")
    return "".join(parts)


def _row(name: str, option: Option, default: object) -> str:
    names = f"`{kebab(name)}`" if camel(name) == name else f"`{kebab(name)}`, `{camel(name)}`"
    only = " (*editor only*)" if option.machine else ""
    return f"| {names} | {option.kind.expected} | `{json.dumps(plain(default))}` | {option.description}{only} |\n"
