"""Under which addresses other machines in the same network reach this one. Nothing is sent to find out."""

import fcntl
import socket
import struct

SIOCGIFADDR = 0x8915  # Linux: "the IPv4 address of this interface"


def lan_addresses() -> list[str]:
    """IPv4 addresses of all interfaces but the loopback; the one that leads outside comes first."""
    found = [address for _, name in socket.if_nameindex() if (address := _of_interface(name))]
    first = _towards_outside()
    ordered = dict.fromkeys([*([first] if first else []), *found])
    return [address for address in ordered if not address.startswith("127.")]


def _of_interface(name: str) -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("256s", name.encode()[:15])
        try:
            answer = fcntl.ioctl(probe.fileno(), SIOCGIFADDR, request)
        except OSError:  # an interface without an address
            return None
    return socket.inet_ntoa(answer[20:24])


def _towards_outside() -> str | None:
    """The address that the routing table would use: connecting a datagram socket sends no packet."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: an address for documentation
        except OSError:
            return None
        return str(probe.getsockname()[0])
