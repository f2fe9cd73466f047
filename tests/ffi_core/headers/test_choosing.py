"""The header that says most is parsed first, and none whose words were heard already."""

from __future__ import annotations

from pathlib import Path

import pytest

from ffi_core.headers.choosing import Choice
from ffi_core.headers.index import HeaderIndex, index_of


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HeaderIndex:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name, text in {
        "all.h": "#include <part/one.h>\n#include <part/two.h>\n",
        "part/one.h": '#include "deep.h"\nint fa(void); int fb(void);',
        "part/two.h": "int fc(void); int fd(void);",
        "part/deep.h": '#include "one.h"\nint fe(void);',
        "other.h": "int fa(void);",
    }.items():
        (tmp_path / "include" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "include" / name).write_text(text)
    return index_of([str(tmp_path / "include")])


def name_of(header: str | None) -> str | None:
    return header and Path(header).name


def test_a_header_speaks_for_those_that_it_includes(index: HeaderIndex) -> None:
    choice = Choice(index, ("fa", "fb", "fc", "fd", "fe"), through_includes=True)
    assert name_of(choice.best()) == "all.h"
    choice.tried([header for header in index.headers if Path(header).name != "other.h"])
    choice.found(("fb", "fc", "fd", "fe"))
    assert name_of(choice.best()) == "other.h"
    choice.tried([header for header in index.headers if Path(header).name == "other.h"])
    assert choice.best() is None


def test_among_strangers_a_header_speaks_for_itself_alone(index: HeaderIndex) -> None:
    choice = Choice(index, ("fa", "fb", "fc", "fd", "fe"), through_includes=False)
    assert name_of(choice.best()) in ("one.h", "two.h")
    choice.found(("fa", "fb"))
    assert name_of(choice.best()) == "two.h"


def test_of_two_that_cover_nearly_the_same_the_one_that_says_it_itself_comes_first(index: HeaderIndex) -> None:
    choice = Choice(index, ("fa", "fb"), through_includes=True)
    assert name_of(choice.best()) == "one.h"  # not all.h, which includes it


def test_what_includes_only_headers_that_were_read_has_nothing_to_say(index: HeaderIndex) -> None:
    choice = Choice(index, ("fc", "fd"), through_includes=True)
    choice.tried([header for header in index.headers if Path(header).name == "two.h"])
    assert choice.best() is None


def test_names_that_nobody_mentions_lead_nowhere(index: HeaderIndex) -> None:
    assert Choice(index, ["zzz"], through_includes=True).best() is None
