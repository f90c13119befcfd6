"""Public addresses, and the many ways to write one that is not."""

import pytest

from backend.base.addresses import is_loopback, is_public


class TestIsPublic:
    @pytest.mark.parametrize("address", ["198.41.0.4", "1.1.1.1", "2001:503:ba3e::2:30", "2606:4700::1111"])
    def test_knows_the_public_internet(self, address: str) -> None:
        assert is_public(address)

    @pytest.mark.parametrize(
        "address",
        [
            "0.0.0.1",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.8.8.8",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:198.41.0.4",
            "64:ff9b::7f00:1",
            "64:ff9b::c629:4",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fe80::1%eth0",
            "2606:4700::1111%eth0",
            "fec0::1",
            "ff02::1",
        ],
    )
    def test_refuses_everything_else(self, address: str) -> None:
        assert not is_public(address)

    def test_does_not_take_a_name(self) -> None:
        with pytest.raises(ValueError, match="localhost"):
            is_public("localhost")


class TestIsLoopback:
    @pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.53", "::1"])
    def test_knows_this_machine(self, address: str) -> None:
        assert is_loopback(address)

    @pytest.mark.parametrize("address", ["::ffff:127.0.0.1", "0.0.0.1", "10.0.0.1", "198.41.0.4"])
    def test_knows_nothing_else_for_it(self, address: str) -> None:
        assert not is_loopback(address)
