"""Which internet addresses are anybody's, and which lead back into somebody's own network. Pure."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_LOOPBACK = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
# IANA's special-purpose registries, said here so that no version of Python decides it for us.
_OWN_V4 = [
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by a carrier's customers
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's own services, under an address that looks public
        "169.254.0.0/16",  # link-local, and clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",
    )
]
# Whatever is not here is refused: loopback, link-local, unique local, multicast, IPv4-mapped, NAT64, …
_GLOBAL_V6 = ip_network("2000::/3")
_OWN_V6 = [
    ip_network(network)
    for network in (
        "2001::/23",  # Teredo and other protocols of their own
        "2001:db8::/32",
        "2002::/16",  # 6to4, which carries any IPv4 address
        "3fff::/20",
    )
]


def is_public(address: str) -> bool:
    """Whether an address, as the resolver writes it, is one of the public internet. Raises ValueError."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in _OWN_V4)
    return _is_public_v6(parsed)


def is_loopback(address: str) -> bool:
    """127.0.0.0/8 or ::1, and nothing that merely stands for them. Raises ValueError."""
    return any(ip_address(address) in network for network in _LOOPBACK)


def means_this_machine(host: str) -> bool:
    """A name or an address, as it stands in a URL."""
    if host == "localhost":
        return True
    try:
        return is_loopback(host)
    except ValueError:
        return False


def _is_public_v6(address: IPv6Address) -> bool:
    if address.scope_id is not None or address not in _GLOBAL_V6:
        return False
    return not any(address in network for network in _OWN_V6)
