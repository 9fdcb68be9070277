"""Addresses without the user names and passwords that some feeds need."""

import re

_CREDENTIALS = re.compile(r"(?<=//)[^/?#\s]*@")


def without_credentials(text: str) -> str:
    """`text`, its addresses stripped of what stands before the host (RFC 3986, 3.2.1)."""
    return _CREDENTIALS.sub("", text)
