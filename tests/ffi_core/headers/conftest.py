"""Headers written on the spot and read by real parsers, with a cache folder of the suite's own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import pytest

from ffi_core.headers import HeaderRequest, Parser, PrototypeTable, available_parsers, read_headers

ReadText = Callable[..., PrototypeTable]
PARSERS = (Parser.LIBCLANG, Parser.PYCPARSER)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(params=PARSERS, ids=[parser.value for parser in PARSERS])
def parser(request: pytest.FixtureRequest) -> Parser:
    """Each of the two parsers; the suite installs both."""
    assert request.param in available_parsers()
    return Parser(request.param)


@pytest.fixture(scope="session")
def read_text(tmp_path_factory: pytest.TempPathFactory) -> ReadText:
    """`read_text("int f(void);", parser)` gives what a header of that text declares."""
    root = tmp_path_factory.mktemp("headers")

    def read(text: str, parser: Parser | None = None, **options: object) -> PrototypeTable:
        header = root / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.h"
        header.write_text(text)
        return read_headers(HeaderRequest((str(header),)), parser=parser, **options)  # type: ignore[arg-type]

    return read
