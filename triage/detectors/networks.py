"""The network of an address: what stays the same while a provider hands out another address."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address

import polars as pl

NAMES = ("source.ip", "network")


def with_network(events: pl.DataFrame, *, ipv4: int, ipv6: int) -> pl.DataFrame:
    """The events whose address is known, with its ``network`` by the prefix lengths."""
    sourced = events.filter(pl.col("source.ip").is_not_null())
    addresses = sourced["source.ip"].unique().to_list()
    networks = [network(address, ipv4=ipv4, ipv6=ipv6) for address in addresses]
    names = pl.DataFrame({"source.ip": addresses, "network": networks}, schema=dict.fromkeys(NAMES, pl.String))
    return sourced.join(names, on="source.ip", how="left", maintain_order="left").filter(
        pl.col("network").is_not_null()
    )


@lru_cache(maxsize=1 << 16)
def network(address: str, *, ipv4: int, ipv6: int) -> str | None:
    """``203.0.113.7`` → ``203.0.113.0/24``; None for what is no address."""
    try:
        given = ip_address(address)
    except ValueError:
        return None
    prefix = ipv4 if given.version == 4 else ipv6
    # By hand, since `ip_network` takes five times as long and a log has thousands of addresses.
    host_bits = given.max_prefixlen - prefix
    return f"{type(given)(int(given) >> host_bits << host_bits)}/{prefix}"
