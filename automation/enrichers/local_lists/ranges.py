"""Many address ranges, asked fast: merged and sorted, so that one bisection answers. Pure."""

from __future__ import annotations

import ipaddress
from bisect import bisect_right

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Ranges:
    """Add, close, ask. Overlaps are merged: a list is only ever asked whether it covers an address."""

    def __init__(self) -> None:
        self._raw: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
        self._starts: dict[int, list[int]] = {4: [], 6: []}
        self._ends: dict[int, list[int]] = {4: [], 6: []}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, text: str) -> bool:
        """Whether the text is an address or a range; if so it is in."""
        if not text[:1].isalnum() and text[:1] != ":":
            return False
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            return False
        self._raw[network.version].append((int(network.network_address), int(network.broadcast_address)))
        self._count += 1
        return True

    def close(self) -> None:
        """Sort and merge what was added."""
        for version, raw in self._raw.items():
            starts, ends = self._starts[version], self._ends[version]
            for start, end in sorted(raw):
                if ends and start <= ends[-1] + 1:
                    ends[-1] = max(ends[-1], end)
                else:
                    starts.append(start)
                    ends.append(end)
            raw.clear()

    def __contains__(self, address: Address) -> bool:
        starts, ends = self._starts[address.version], self._ends[address.version]
        number = int(address)
        place = bisect_right(starts, number) - 1
        return place >= 0 and number <= ends[place]
