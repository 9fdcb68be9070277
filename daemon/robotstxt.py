"""What a robots.txt says to us (RFC 9309). No input or output."""

import re
from dataclasses import dataclass

from protego import Protego

LONGEST = 500 << 10
"""Bytes that are read of it at least (RFC 9309, 2.5), and here at most."""
_COMPATIBLE = re.compile(r"compatible;\s*([A-Za-z_-]+)")
_PRODUCT = re.compile(r"[A-Za-z_-]+")


@dataclass(frozen=True, slots=True)
class RobotRules:
    """The rules of one host."""

    said: Protego
    agent: str
    """The product token by which the file knows us."""

    def allows(self, url: str) -> bool:
        """Whether we may ask for this address of the host."""
        return self.said.can_fetch(url, self.agent)

    @property
    def pause(self) -> float:
        """Seconds that the host wants between two requests (Crawl-delay); 0: it does not say."""
        return self.said.crawl_delay(self.agent) or 0.0

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """Addresses of the sitemaps it names (RFC 9309, 2.2.4), as they were written."""
        return tuple(self.said.sitemaps)


def read_rules(body: bytes, user_agent: str) -> RobotRules:
    """Read a robots.txt for the program that sends `user_agent`.

    A file of many groups, each of many agents, takes more than linear time: read it where CPU
    time is limited. Looking an address up afterwards does not (80 ms for 26,000 wildcards).
    """
    text = body[:LONGEST].decode("utf-8-sig", "replace")
    return RobotRules(Protego.parse(text), product_token(user_agent))


def product_token(user_agent: str) -> str:
    """The name that robots.txt files use for a User-Agent (RFC 9309, 2.2.1).

    `acme-news/2.0 (...)` and `Mozilla/5.0 (compatible; acme-news/2.0)` are both `acme-news`.
    """
    found = _COMPATIBLE.search(user_agent)
    if found:
        return found[1]
    name = _PRODUCT.search(user_agent)
    return name[0] if name else user_agent
