"""Windows logs of our own invention, as endpoints and domain controllers write them, read by the parser that ships."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from tests.triage.detectors.conftest import located_frame
from tests.triage.events.reading_formats import ndjson, read
from tests.triage.events.records import nxlog

START = datetime(2026, 11, 17, 8, tzinfo=UTC)
HOST = "ws-7.corp.example"
CONTROLLER = "dc-1.corp.example"
SYSMON = {"Channel": "Microsoft-Windows-Sysmon/Operational", "SourceName": "Microsoft-Windows-Sysmon"}
SECRETS = "%%7688\n\t{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}\n\t{19195a5b-6da0-11d0-afd3-00c04fd930c9}"

Record = dict[str, Any]


def log(*records: Record) -> pl.DataFrame:
    events, tally = read("windows_json", ndjson(records))
    assert tally.not_understood == 0, tally.samples
    return located_frame(events, "host.ndjson")


def stamp(at: float) -> str:
    return (START + timedelta(seconds=at)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def record(code: int, at: float = 0, **data: Any) -> Record:
    """A record ``at`` seconds after eight, without the target that `nxlog` names by default."""
    made = nxlog(code, **{"@timestamp": stamp(at), "Hostname": HOST, **data})
    for name in ("TargetUserName", "IpAddress", "IpPort"):
        if name not in data:
            del made[name]
    return made


def started(
    command: str | None, program: str = "cmd.exe", *, by: str = "explorer.exe", at: float = 0, **data: Any
) -> Record:
    """A process start by Windows' own audit (4688)."""
    said = {} if command is None else {"CommandLine": command}
    given = {"SubjectUserName": "ada", "NewProcessName": f"C:\\Windows\\System32\\{program}", **said, **data}
    return record(4688, at, ParentProcessName=f"C:\\Windows\\{by}", **given)


def sysmon(command: str, program: str = "cmd.exe", *, by: str = "explorer.exe", at: float = 0, **data: Any) -> Record:
    """The same by Sysmon (1)."""
    given = {"User": "CORP\\ada", "Image": f"C:\\Windows\\System32\\{program}", "CommandLine": command, **data}
    return record(1, at, ParentImage=f"C:\\Windows\\{by}", **SYSMON, **given)


def connected(image: str, port: int = 389, *, at: float = 0, **data: Any) -> Record:
    """A connection by Sysmon (3)."""
    ends = {"SourceIp": "192.0.2.7", "DestinationIp": "192.0.2.250", "DestinationPort": str(port)}
    return record(3, at, **({"User": "CORP\\ada", "Image": image} | SYSMON | ends | data))


def accessed(properties: str = SECRETS, *, at: float = 0, **data: Any) -> Record:
    """An access to an object of the directory (4662)."""
    given = {
        "SubjectUserName": "ada",
        "SubjectDomainName": "CORP",
        "ObjectName": "DC=corp",
        "AccessMask": "0x100",
        **data,
    }
    return record(4662, at, **({"Hostname": CONTROLLER, "Properties": properties} | given))


def ticket(service: str = "sql", *, at: float = 0, **data: Any) -> Record:
    """A service ticket (4769), in RC4 unless said otherwise."""
    given = {
        "TargetUserName": "ada@CORP.EXAMPLE",
        "TicketEncryptionType": "0x17",
        "Status": "0x0",
        "IpAddress": "192.0.2.7",
    }
    return record(4769, at, **({"Hostname": CONTROLLER, "ServiceName": service} | given | data))


def service(runs: str, name: str = "Updater", *, at: float = 0, code: int = 7045, **data: Any) -> Record:
    """A service installed: by the service manager (7045), or by the audit (4697)."""
    if code == 4697:
        return record(4697, at, ServiceName=name, ServiceFileName=runs, SubjectUserName="ada", **data)
    by = {"Channel": "System", "SourceName": "Service Control Manager"}
    return record(7045, at, ServiceName=name, ImagePath=runs, **by, **data)


def task(command: str, arguments: str = "", name: str = "\\Updater", *, at: float = 0, **data: Any) -> Record:
    """A scheduled task made (4698)."""
    told = f"<Arguments>{arguments}</Arguments>" if arguments else ""
    content = f"<Task><Actions><Exec>\n<Command>{command}</Command>\n{told}</Exec></Actions></Task>"
    return record(4698, at, TaskName=name, TaskContent=content, SubjectUserName="ada", **data)


def shared(inside: str, share: str = "\\\\*\\IPC$", *, at: float = 0, **data: Any) -> Record:
    """Something on a share asked for (5145)."""
    given = {"SubjectUserName": "ada", "IpAddress": "192.0.2.9", "AccessMask": "0x3", **data}
    return record(5145, at, ShareName=share, RelativeTargetName=inside, **given)
