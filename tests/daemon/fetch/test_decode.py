"""Content codings, as servers send them and as they should not."""

import gzip
import zlib

import brotli
import pytest
from backports import zstd

from daemon.fetch.decode import PIECE, decoder_for
from daemon.fetch.errors import DecodeError

TEXT = b"The harbour bridge opened again. " * 4000
RAW = zlib.compressobj(wbits=-15)
RAW_DEFLATE = RAW.compress(TEXT) + RAW.flush()


def decoded(coding: str, body: bytes, step: int) -> bytes:
    decoder = decoder_for(coding)
    pieces = [p for i in range(0, len(body), step) for p in decoder.feed(body[i : i + step])]
    decoder.close()
    assert all(len(p) <= max(2 * PIECE, step) for p in pieces)
    return b"".join(pieces)


@pytest.mark.parametrize("step", [1, 7, 100_000])
@pytest.mark.parametrize(
    ("coding", "body"),
    [
        pytest.param("", TEXT[:3000], id="none"),
        pytest.param("identity", TEXT[:3000], id="identity"),
        pytest.param("gzip", gzip.compress(TEXT), id="gzip"),
        pytest.param(" X-GZIP ", gzip.compress(TEXT), id="x-gzip"),
        pytest.param("deflate", zlib.compress(TEXT), id="deflate"),
        pytest.param("deflate", RAW_DEFLATE, id="deflate without its header"),
        pytest.param("gzip", gzip.compress(TEXT[:9]) + gzip.compress(TEXT[9:]), id="two members"),
        pytest.param("gzip", gzip.compress(TEXT) + b"\0" * 300, id="padding"),
        pytest.param("gzip", gzip.compress(TEXT) + b"\r\n--", id="junk after it"),
        pytest.param("br", brotli.compress(TEXT), id="brotli"),
        pytest.param("zstd", zstd.compress(TEXT), id="zstd"),
        pytest.param("br", b"", id="nothing of brotli"),
        pytest.param("gzip", b"", id="nothing at all"),
        pytest.param("UTF-8", TEXT[:3000], id="a charset where a coding belongs"),
    ],
)
def test_a_whole_body_is_decoded(coding: str, body: bytes, step: int) -> None:
    whole = decoded(coding, body, step)
    assert whole == (b"" if not body else TEXT[: len(whole)])
    assert len(whole) in {0, 3000, len(TEXT)}


@pytest.mark.threat("B1", "B2", "B5")
@pytest.mark.parametrize(
    ("coding", "body"),
    [
        pytest.param("gzip", gzip.compress(TEXT)[:-1], id="cut gzip"),
        pytest.param("deflate", zlib.compress(TEXT)[:-5], id="cut deflate"),
        pytest.param("gzip", TEXT, id="not gzip"),
        pytest.param("gzip", gzip.compress(TEXT) + b"\x1fjunk", id="half a second member"),
        pytest.param("gzip", gzip.compress(b"") * 1001, id="a thousand empty members"),
        pytest.param("br", brotli.compress(TEXT)[:-1], id="cut brotli"),
        pytest.param("br", TEXT, id="not brotli"),
        pytest.param("zstd", zstd.compress(TEXT)[:-1], id="cut zstd"),
        pytest.param("zstd", TEXT, id="not zstd"),
        pytest.param("compress", TEXT, id="a coding we did not ask for"),
        pytest.param("gzip, gzip", TEXT, id="two codings"),
    ],
)
def test_a_broken_body_is_refused(coding: str, body: bytes) -> None:
    with pytest.raises(DecodeError):
        decoded(coding, body, 1000)


@pytest.mark.parametrize("more", [-258, -1, 0, 1, 2, 257, 258])
def test_what_ends_with_a_piece_is_whole(more: int) -> None:
    """The last bits of raw deflate are taken in while a piece of what they mean is still owed."""
    packer = zlib.compressobj(9, wbits=-15)
    body = packer.compress(bytes(2 * PIECE + more)) + packer.flush()
    assert len(decoded("deflate", body, len(body))) == 2 * PIECE + more


@pytest.mark.threat("B1")
@pytest.mark.parametrize(
    ("coding", "bomb"),
    [
        pytest.param("gzip", gzip.compress(b"\0" * (64 << 20)), id="gzip"),
        pytest.param("br", brotli.compress(b"\0" * (64 << 20), quality=1), id="brotli"),
        pytest.param("zstd", zstd.compress(b"\0" * (64 << 20)), id="zstd"),
    ],
)
def test_a_bomb_unfolds_piece_by_piece(coding: str, bomb: bytes) -> None:
    pieces = decoder_for(coding).feed(bomb)
    assert sum(len(next(pieces)) for _ in range(10)) <= 20 * PIECE


@pytest.mark.threat("B1")
def test_a_zstd_body_may_not_ask_for_a_huge_window() -> None:
    options = {int(zstd.CompressionParameter.window_log): 27}
    greedy = zstd.ZstdCompressor(options=options)
    body = greedy.compress(TEXT * 300) + greedy.flush()
    with pytest.raises(DecodeError):
        list(decoder_for("zstd").feed(body))
