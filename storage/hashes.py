"""The hashes of a feed's last entries, packed to stay inside the feed's row where they can."""

from array import array
from collections.abc import Collection

WIDE = 180
"""Up to here 8 bytes each; 2 KB is where PostgreSQL moves a value out of line (9 -> 40 us), and
the feed's row holds its rhythm too."""
NARROW = 1024
"""Up to here 4 bytes each. Longer documents are rare and out of line in any case: all 8 bytes, so
that no new entry among so many is taken for a known one."""
MOST = 50_000
"""Entries remembered: more than a document of `fetch.max_bytes` holds by default."""

_CODES = {8: "q", 4: "I"}


def pack_hashes(hashes: Collection[int]) -> bytes | None:
    """One byte that says how wide, then the hashes; None for none.

    Between `WIDE` and `NARROW` only the low 32 bits are kept: `Feed.remembers` compares them.
    """
    if not hashes:
        return None
    if WIDE < len(hashes) <= NARROW:
        return _packed(4, sorted({h & 0xFFFFFFFF for h in hashes}))
    return _packed(8, sorted(hashes)[:MOST])


def unpack_hashes(blob: bytes | None) -> frozenset[int]:
    """What `pack_hashes` kept: signed 64-bit hashes, or the low 32 bits of them."""
    if not blob:
        return frozenset()
    return frozenset(array(_CODES[blob[0]], blob[1:]))


def _packed(width: int, hashes: Collection[int]) -> bytes:
    return bytes([width]) + array(_CODES[width], hashes).tobytes()
