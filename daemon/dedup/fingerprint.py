"""What makes two articles the same: by address, by words, by everything a reader sees."""

import re
from urllib.parse import urlsplit

from xxhash import xxh3_64_intdigest, xxh3_128_hexdigest

from daemon.words import LONGEST, Words
from storage.values import Article, Fingerprint

FEWEST_WORDS, FEWEST_BYTES = 8, 40
"""Fewer prove nothing; where a letter is a word, eight are soon said."""

_VARIANT_HOST = re.compile(r"(?:www\d?|m|mobile|amp)\.(?=[^.]+\.)")
# Counters and ages that a page renews by itself: no edit.
_VOLATILE = re.compile(
    # that no word goes before is asked after the digit: a pattern that begins with a digit skips
    # to the next one; a number of more digits is none: to read on from each of them is quadratic
    r"\d(?<!\w\d)[\d.,]{0,12}+\s?[km]? (?:comments?|views?|likes?|shares?|points?|replies|reads|"
    r"votes|(?:seconds?|minutes?|mins?|hours?|hrs?|days?) ago)\b"
)


def fingerprint(
    article: Article, words: Words, name: str, *, address_is_shared: bool = False
) -> Fingerprint:
    """The marks of an article that its feed calls `name`; `words` are those of its text.

    `address_is_shared` says that its address stands for several articles (a live page, a section
    front), and so identifies none of them.
    """
    address = None if address_is_shared else address_key(article.canonical_url)
    content = _content(article.text, words)
    seen = "\x1f".join(
        (
            _stable(article.title.casefold()),
            _stable(article.text.casefold()),
            _stable((article.summary or "").casefold()),
        )
    )
    identity = (address or f"{name}\x1f{article.title}").encode()
    return Fingerprint(
        url_hash=hashed(address) if address else None,
        content_hash=signed(xxh3_64_intdigest(content)) if content else None,
        item_hash=hashed(seen),
        public_id=xxh3_128_hexdigest(identity if address or not content else content),
    )


def address_key(canonical_url: str | None) -> str | None:
    """A canonical address without what may differ for one page: scheme, `www.`, a last slash.

    None for the front page of a site, which is no article's address.
    """
    if not canonical_url:
        return None
    parts = urlsplit(canonical_url)
    path = parts.path.rstrip("/")
    if not path and not parts.query and not parts.fragment:
        return None
    tail = (f"?{parts.query}" if parts.query else "") + (
        f"#{parts.fragment}" if parts.fragment else ""
    )
    return _VARIANT_HOST.sub("", parts.netloc, count=1) + path + tail


def hashed(text: str) -> int:
    """A signed 64-bit hash, as both databases can hold it."""
    return signed(xxh3_64_intdigest(text.encode("utf-8", "surrogatepass")))


def signed(unsigned: int) -> int:
    """The same 64 bits as a signed number."""
    return unsigned - (1 << 64) if unsigned >> 63 else unsigned


def _content(text: str, words: Words) -> bytes | None:
    """The words alone, in their order; None of so few that they prove nothing."""
    if len(words) < FEWEST_WORDS or len(words.whole) < FEWEST_BYTES:
        return None
    unread = text[LONGEST // 4 :]  # a character takes four bytes at most
    return words.hashes.tobytes() + unread.casefold().encode("utf-8", "surrogatepass")


def _stable(folded: str) -> str:
    line = _VOLATILE.sub("", folded).replace("\n", " ")
    # most are in order: 7 us to see that, in 3,000 characters, and 19 to split and join them
    if line.isprintable() and "  " not in line and line[:1] != " " != line[-1:]:
        return line
    return " ".join(line.split())
