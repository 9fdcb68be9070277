"""Tell systemd how we are (sd_notify(3), Type=notify): ready, stopping, still alive.

Our own few lines because the protocol is one datagram, and the packages for it are not kept up.
"""

import socket
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Who started us, if it wants to be told."""

    address: str | None = None
    """NOTIFY_SOCKET; None: nobody wants to be told."""
    watchdog: timedelta | None = None
    """WATCHDOG_USEC: without a sign of life for so long we are killed and started again."""

    def tell(self, state: str) -> None:
        """Send `READY=1`, `RELOADING=1`, `STOPPING=1` or `WATCHDOG=1`. Raises `OSError`."""
        if self.address is None:
            return
        # a leading @ stands for the abstract namespace
        address = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.connect(address)
            channel.sendall(state.encode())
