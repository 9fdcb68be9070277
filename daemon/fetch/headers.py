"""Which headers an operator may add to the requests for a feed: keys, languages, cookies.

A fixed `Cookie` is allowed: it is how some publishers let subscribers in, and it stays with the
feed's own origin like every other; what servers set is not kept. Refused is what belongs to the
connection, what says which body we can read, and what makes a poll conditional.
"""

import re

MOST = 20
"""Headers for one feed."""
LONGEST = 8000
"""Characters of a value: tokens are long, and servers refuse more."""
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_OURS = frozenset(
    {
        # RFC 9110, 7.6.1 and 7.8: of the connection, not of the message
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization"),
        *("proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
        # of the address and of a body that we do not send
        *("host", "content-length", "content-type", "content-encoding", "expect"),
        # how a poll asks only for what is new, and what we can decode
        *("if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range"),
        *("range", "a-im", "accept-encoding"),
    }
)


def parse_header(line: str) -> tuple[str, str]:
    """`Name: value` as name and value; an empty value is one to be taken away.

    Raises `ValueError` in words that do not repeat the value.
    """
    name, colon, value = line.partition(":")
    name, value = name.strip(), value.strip()
    if not colon or not _TOKEN.fullmatch(name):
        raise ValueError("a header is written as 'Name: value'")
    if name.lower() in _OURS:
        raise ValueError(f"newsd sets {name} itself")
    if not (value.isascii() and value.isprintable()):
        raise ValueError(f"the value of {name} holds characters that cannot be sent")
    if len(value) > LONGEST:
        raise ValueError(f"the value of {name} is longer than {LONGEST} characters")
    return name, value
