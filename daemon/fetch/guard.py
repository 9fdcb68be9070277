"""Which addresses may be connected to: public unicast ones, and networks the operator allows.

Python's `is_global` alone is wrong for IPv4 inside IPv6, for multicast and for fec0::/10.
"""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from aiohttp import AddrInfoType

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_IPV4_COMPATIBLE = IPv6Network("::/96")  # RFC 4291, 2.5.5.1
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052, 2.1
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # RFC 4291, 2.4: all that IANA has given out
_NOT_GLOBAL = (
    IPv6Network("2001::/23"),  # RFC 2928: protocol assignments, Teredo, ORCHID
    IPv6Network("2002::/16"),  # RFC 3056: 6to4, a road to any IPv4 address
    IPv6Network("3fff::/20"),  # RFC 9637: documentation; Python 3.11 does not know it yet
    IPv4Network("192.88.99.0/24"),  # RFC 7526: the 6to4 relay, withdrawn
)


class BlockedAddressError(OSError):
    """We do not connect there. Its text is always the same: see `guarded_sockets`."""

    def __init__(self, address: str) -> None:
        super().__init__("not a public address")
        self.address = address


def is_allowed(address: Address, allow_networks: Sequence[Network] = ()) -> bool:
    """Whether `address`, and every IPv4 address inside it, is public or in an allowed network."""
    return any(address in network for network in allow_networks) or all(
        _is_public(inner) or any(inner in network for network in allow_networks)
        for inner in _unwrapped(address)
    )


def literal(host: str) -> Address | None:
    """The address that `host` is written as, in any form a resolver takes; None: a name.

    `127.1`, `0x7f000001` and `2130706433` are addresses (inet_aton), and `localhost` is always
    the machine itself (RFC 6761, 6.3).
    """
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return IPv4Address("127.0.0.1")
    with suppress(OSError):
        return IPv4Address(socket.inet_aton(name))
    try:
        return ip_address(name)
    except ValueError:
        return None


def guarded_sockets(allow_networks: Sequence[Network]) -> Callable[[AddrInfoType], socket.socket]:
    """Build sockets for a connector, and none for an address that is not allowed.

    The connector asks here for each address it is about to connect to, whether it came from a
    name, a literal, a redirect or a Happy-Eyeballs try, so a name that answers differently the
    second time (DNS rebinding) gains nothing. Where all addresses of a name fail with the same
    text, aiohappyeyeballs raises the first error itself, and `BlockedAddressError` stays one.
    """

    def open_socket(info: AddrInfoType) -> socket.socket:
        family, kind, proto, _, target = info
        host = str(target[0])
        if not is_allowed(ip_address(host), allow_networks):
            raise BlockedAddressError(host)
        return socket.socket(family, kind, proto)

    return open_socket


def _unwrapped(address: Address) -> Iterator[Address]:
    """The addresses a packet to `address` may end at (RFC 4291, 6052, 3056, 4380)."""
    if isinstance(address, IPv4Address):
        yield address
    elif address.ipv4_mapped:
        yield address.ipv4_mapped
    elif address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFF_FFFF)
    elif address in _IPV4_COMPATIBLE and int(address) > 1:
        yield IPv4Address(int(address))
        yield address
    elif address.sixtofour:
        yield address.sixtofour
        yield address
    elif address.teredo:
        yield from address.teredo
        yield address
    else:
        yield address


def _is_public(address: Address) -> bool:
    if any(address in network for network in _NOT_GLOBAL):
        return False
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast
