"""What AWS findings share, in ASFF and in OCSF: resources told as who or what they are, and types. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from casebook.intake.adapters import paths
from casebook.intake.adapters.message import Message
from casebook.intake.adapters.texts import absent, opened, text
from casebook.intake.envelope import AlertIn, AssetIn

PEOPLE = ("PrincipalName", "UserName", "RoleName")
"""Where a key, a user or a role names whom it stands for, in the resource's details."""

ADDRESSES = ("IpV4Addresses", "IpV6Addresses", "PublicIp", "PrivateIpAddress")


def add(said: Message, alert: AlertIn, *, kind: str, name: str, details: Any) -> None:
    """One resource: ``kind`` as ``AwsEc2Instance``, ``name`` its ARN or id, ``details`` an object, or one as JSON text,
    whose parts are the details of each kind. Keys, users and roles are principals, an instance is a machine, anything
    else an asset."""
    if absent(name):
        return
    if "iam" in kind.lower() or ":iam:" in name.lower():
        said.about.add("cloud_principal", name, "target")
    elif kind == "AwsEc2Instance":
        said.about.asset(short(name))
    elif kind not in ("AwsAccount", "Other"):
        alert.assets = [*alert.assets, AssetIn(name=name)]
    parts = opened(details)
    for part in parts.values() if isinstance(parts, Mapping) else ():
        said.about.add("user", next((found for key in PEOPLE if text(found := paths.get(part, key))), None), "target")
        for key in ADDRESSES:
            said.about.add("ip", paths.get(part, key), "target")


def short(arn: str) -> str:
    """``i-0abc`` of ``arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc``; another name as it is."""
    return arn.rpartition("/")[2] if arn.startswith("arn:") else arn


def tactics(types: list[str]) -> list[str]:
    """The ATT&CK tactics among finding types: ``TTPs/Defense Evasion/…`` says Defense Evasion."""
    split = (kind.split("/") for kind in types)
    return [parts[1].strip() for parts in split if len(parts) > 1 and parts[0] == "TTPs"]


def particular(types: list[str]) -> str:
    """The detector's own type among finding types, ``Stealth:IAMUser-CloudTrailLoggingDisabled``; "" where all are as
    general as ``Software and Configuration Checks/…``."""
    return next((name for kind in types if ":" in (name := kind.rpartition("/")[2])), "")
