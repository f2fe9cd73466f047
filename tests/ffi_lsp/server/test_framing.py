"""A stream of bytes becomes messages, however it is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffi_lsp.server.framing import Frames, FramingError


def framed(body: bytes, header: bytes = b"Content-Length: %d\r\n\r\n") -> bytes:
    return header % len(body) + body


@given(st.lists(st.binary(max_size=40), max_size=5), st.lists(st.integers(1, 30), min_size=1))
def test_messages_arrive_whole_wherever_the_stream_is_cut(bodies: list[bytes], cuts: list[int]) -> None:
    stream, frames, found, place = b"".join(map(framed, bodies)), Frames(), [], 0
    while place < len(stream):
        size = cuts[place % len(cuts)]
        found += frames.feed(stream[place : place + size])
        place += size
    assert found == bodies


@pytest.mark.parametrize(
    "header",
    [
        b"content-length: %d\r\n\r\n",
        b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length:%d\r\n\r\n",
        b"Content-Length: %d \nX-Other: 1\n\n",
    ],
)
def test_headers_are_read_as_those_of_http(header: bytes) -> None:
    assert list(Frames().feed(framed(b"{}", header))) == [b"{}"]


@pytest.mark.parametrize(
    "header", [b"Content-Length: -1\r\n\r\n", b"Length: 2\r\n\r\n", b"Content-Length: 9%d0\r\n\r\n"]
)
def test_a_header_without_a_usable_length_ends_the_stream(header: bytes) -> None:
    with pytest.raises(FramingError, match=r"Content-Length|more than"):
        list(Frames().feed(header.replace(b"%d", b"9" * 12)))
