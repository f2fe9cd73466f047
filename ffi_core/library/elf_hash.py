"""The two hash tables of ELF: which symbols may bear a name, and how many symbols there are. They hold no names.

Formats: DT_HASH in the System V gABI, chapter 5 (https://gabi.xinuos.com/elf/08-dynamic.html); DT_GNU_HASH as in
glibc's elf/dl-lookup.c and binutils' bfd/elflink.c.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from sys import byteorder
from typing import Protocol

from ffi_core.library.image import Image

# A file may claim any number; a real one stays far below these.
_LONGEST_CHAIN = 65536
_MOST_BUCKETS = 1 << 24
_MOST_SYMBOLS = 1 << 20
_CHAIN_PIECE = 32


class HashTable(Protocol):
    """A name index of an ELF file."""

    def candidates(self, image: Image, name: bytes) -> Iterator[int]:
        """Indices of the symbols that may bear `name`, in the order in which the loader compares them."""
        ...

    def indices(self, image: Image) -> range:
        """Indices of all symbols that the table can lead to."""
        ...


@dataclass(frozen=True, slots=True)
class GnuHashTable:
    """DT_GNU_HASH: a Bloom filter, buckets, and chains that run parallel to the symbol table.

    Parameters
    ----------
    offset: where it starts in the file.
    bits, order: width of a Bloom word, and byte order as `struct` writes it.
    """

    offset: int
    bits: int
    order: str

    def candidates(self, image: Image, name: bytes) -> Iterator[int]:
        bucket_count, first, bloom_count, shift = self._header(image)
        if not bucket_count or not bloom_count:
            return
        code = gnu_hash(name)
        word = Struct(self.order + ("Q" if self.bits == 64 else "I"))
        bloom_at = self.offset + 16 + code // self.bits % bloom_count * word.size
        (bloom,) = word.unpack(image.read(bloom_at, word.size, "the Bloom filter of the hash table"))
        # Only the low five bits of a shift count on the machines that defined this table.
        if not bloom >> code % self.bits & bloom >> (code >> (shift & 31)) % self.bits & 1:
            return
        buckets = self.offset + 16 + bloom_count * word.size
        (index,) = self._words(image, buckets + code % bucket_count * 4, 1, "a bucket of the hash table")
        if index < first:
            return
        chains = buckets + bucket_count * 4
        for at, link in self._chain(image, chains, index - first):
            if link | 1 == code | 1:
                yield at + first

    def indices(self, image: Image) -> range:
        bucket_count, first, bloom_count, _ = self._header(image)
        if bucket_count > _MOST_BUCKETS:
            raise image.damaged(f"the hash table claims {bucket_count} buckets")
        buckets = self.offset + 16 + bloom_count * self.bits // 8
        last = max(self._words(image, buckets, bucket_count, "the buckets of the hash table"), default=0)
        if last < first:
            return range(0)
        for at, _ in self._chain(image, buckets + bucket_count * 4, last - first):
            last = at + first
        if last - first >= _MOST_SYMBOLS:
            raise image.damaged(f"the hash table claims {last - first + 1} symbols")
        return range(first, last + 1)

    def _header(self, image: Image) -> tuple[int, ...]:
        return Struct(self.order + "4I").unpack(image.read(self.offset, 16, "the hash table"))

    def _words(self, image: Image, offset: int, count: int, what: str) -> array[int]:
        return _words(image.read(offset, count * 4, what), self.order)

    def _chain(self, image: Image, chains: int, start: int) -> Iterator[tuple[int, int]]:
        at = start
        while at - start < _LONGEST_CHAIN:
            piece = image.read_up_to(chains + at * 4, _CHAIN_PIECE * 4)
            links = _words(piece[: len(piece) & ~3], self.order)
            if not links:
                raise image.damaged("a chain of the hash table runs over the end of the file")
            for link in links:
                yield at, link
                if link & 1:
                    return
                at += 1
        raise image.damaged(f"a chain of the hash table has no end within {_LONGEST_CHAIN} symbols")


@dataclass(frozen=True, slots=True)
class SystemVHashTable:
    """DT_HASH: buckets, and one link for each symbol.

    Parameters
    ----------
    offset: where it starts in the file.
    order: byte order as `struct` writes it.
    word: ``"I"``, or ``"Q"`` on the two machines that made its words 64 bits wide (64-bit S/390 and Alpha).
    """

    offset: int
    order: str
    word: str

    def candidates(self, image: Image, name: bytes) -> Iterator[int]:
        bucket_count, count = self._pair(image)
        if not bucket_count:
            return
        index = self._at(image, 2 + system_v_hash(name) % bucket_count)
        steps = 0
        while index:
            if index >= count or steps >= min(count, _LONGEST_CHAIN):
                raise image.damaged("a chain of the hash table leads out of it or round in a circle")
            yield index
            index = self._at(image, 2 + bucket_count + index)
            steps += 1

    def indices(self, image: Image) -> range:
        _, count = self._pair(image)
        if count > _MOST_SYMBOLS:
            raise image.damaged(f"the hash table claims {count} symbols")
        return range(1, count)

    def _pair(self, image: Image) -> tuple[int, ...]:
        layout = Struct(self.order + 2 * self.word)
        return layout.unpack(image.read(self.offset, layout.size, "the hash table"))

    def _at(self, image: Image, position: int) -> int:
        layout = Struct(self.order + self.word)
        offset = self.offset + position * layout.size
        (value,) = layout.unpack(image.read(offset, layout.size, "a word of the hash table"))
        return int(value)


def gnu_hash(name: bytes) -> int:
    """The hash of a name in DT_GNU_HASH: Bernstein's, 32 bits wide."""
    code = 5381
    for byte in name:
        code = code * 33 + byte & 0xFFFFFFFF
    return code


def system_v_hash(name: bytes) -> int:
    """The hash of a name in DT_HASH, 28 bits wide."""
    code = 0
    for byte in name:
        code = (code << 4) + byte
        code = (code ^ code >> 24 & 0xF0) & 0x0FFFFFFF
    return code


def _words(data: bytes, order: str) -> array[int]:
    words = array("I", data)
    if (order == "<") != (byteorder == "little"):
        words.byteswap()
    return words
