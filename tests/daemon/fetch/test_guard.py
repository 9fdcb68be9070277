"""Only public unicast addresses are connected to."""

import socket
from ipaddress import IPv4Address, ip_address, ip_network

import pytest

from daemon.fetch.guard import BlockedAddressError, guarded_sockets, is_allowed, literal

REFUSED = [
    str(IPv4Address(0)), "0.0.0.1", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254",
    "169.254.169.254", "172.16.0.1", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1",
    "100::1", "2001:db8::1", "2001:2::1", "2001:10::1", "3fff::1", "5f00::1", "4000::1", "1::1",
    "::ffff:127.0.0.1", "::ffff:a00:1", "::ffff:0:7f00:1", "::127.0.0.1", "::a9fe:a9fe",
    "::8.8.8.8",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808",
    "2002:7f00:1::", "2002:808:808::1", "2001:0:7f00:1::f7f7:f7f7", "2001:0:808:808::80ff:fffe",
]  # fmt: skip
ALLOWED = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450::8a",
           "::ffff:8.8.8.8", "64:ff9b::808:808"]  # fmt: skip


@pytest.mark.threat("A1", "A2", "A4")
@pytest.mark.parametrize("address", REFUSED)
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not is_allowed(ip_address(address))


@pytest.mark.threat("A1")
@pytest.mark.parametrize("address", ALLOWED)
def test_what_is_public_is_allowed(address: str) -> None:
    assert is_allowed(ip_address(address))


@pytest.mark.threat("A1")
@pytest.mark.parametrize(
    ("address", "network", "allowed"),
    [
        pytest.param("127.0.0.1", "127.0.0.1/32", True, id="the address itself"),
        pytest.param("127.0.0.2", "127.0.0.1/32", False, id="its neighbour"),
        pytest.param("::ffff:127.0.0.1", "127.0.0.1/32", True, id="the same one, mapped"),
        pytest.param("10.1.2.3", "10.0.0.0/8", True, id="a network"),
        pytest.param("fd00::5", "fd00::/8", True, id="an IPv6 network"),
        pytest.param("::1", "127.0.0.1/32", False, id="loopback of the other kind"),
    ],
)
def test_an_operator_may_allow_a_network(address: str, network: str, *, allowed: bool) -> None:
    assert is_allowed(ip_address(address), [ip_network(network)]) is allowed


@pytest.mark.threat("A1", "A6")
def test_no_socket_is_made_for_a_refused_address() -> None:
    with pytest.raises(BlockedAddressError) as caught:
        guarded_sockets(())((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("10.0.0.1", 80)))
    assert caught.value.address == "10.0.0.1"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7F000001", "127.0.0.1"),
        ("0177.0.0.0xff", "127.0.0.255"),
        ("0", "0.0.0.0"),  # noqa: S104  nothing is bound
        ("10.0.0.1.", "10.0.0.1"),
        ("::1", "::1"),
        ("LocalHost.", "127.0.0.1"),
        ("news.localhost", "127.0.0.1"),
        ("news.example", None),
        ("10.example", None),
        ("notlocalhost", None),
        ("256.256.256.256", None),
        ("", None),
    ],
)
def test_how_an_address_may_be_written(host: str, address: str | None) -> None:
    assert literal(host) == (ip_address(address) if address else None)
