"""Versions and what is asked of them; Deno is asked as well, in tests/e2e/test_module_resolution.py."""

from __future__ import annotations

import pytest

from ffi_lsp.specifiers.versions import satisfies


@pytest.mark.parametrize(
    ("version", "fitting"),
    [
        ("1.2.3", {"1", "1.2", "1.2.3", "^1.2.0", "~1.2.0", "*"}),
        ("0.2.3", {"0", "0.2", "^0.2.1", "*"}),
        ("0.0.3", {"0", "^0.0.3", "*"}),
        ("1.10.0", {"1", "^1.2.0", "^1.3", "*"}),
        ("2.0.0-rc.1", {"*"}),
        ("two", {"*"}),
    ],
)
def test_a_version_fits_as_semantic_versions_do(version: str, fitting: set[str]) -> None:
    asked = ("1", "1.2", "1.2.3", "1.2.4", "^1.2.0", "^1.3", "~1.2.0", "~1.1", "*", "0", "0.2", "^0.2.1", "^0.1.0",
             "^0.0.3", "^0.0.2", "2", ">=1", "^1||^2", "", "1.", "9" * 5000)  # fmt: skip
    assert {each for each in asked if satisfies(version, each)} == fitting
