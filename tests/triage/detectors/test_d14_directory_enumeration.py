"""D14: commands that list, bursts of looking around, programs that speak LDAP, and reads the controllers record."""

from __future__ import annotations

from typing import Any

import pytest

from tests.triage.detectors.windows_log import accessed, connected, log, record, started, sysmon
from triage.detectors.directory_commands import PATTERNS
from triage.detectors.protocol import Scope

POWERSHELL = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"

DIRECTORY = [
    ("a tool that maps the directory", "SharpHound.exe -c All"),
    ("a tool that maps the directory", "x.exe --CollectionMethods Session --Loop"),
    ("PowerView", "powershell Get-DomainUser -SPN"),
    ("dsquery", "dsquery user -limit 0"),
    ("net … /domain", 'net group "Domain Admins" /domain'),
    ("net … /domain", "C:\\Windows\\System32\\net1.exe user /dom"),
    ("nltest", "nltest /domain_trusts /all_trusts"),
    ("wmic listing accounts", "wmic useraccount get name,sid"),
    ("PowerShell reading the directory", "powershell Get-ADUser -Filter *"),
    ("PowerShell reading the directory", "powershell ([adsisearcher]'(objectClass=user)').FindAll()"),
    ("export of the directory", "csvde -f c:\\t\\all.csv"),
    ("export of the directory", "ldapsearch -x -b dc=corp"),
    ("rpcclient listing accounts", "rpcclient -U '' dc-1 -c enumdomusers"),
]
LOCAL = [
    ("net listing local accounts", "net localgroup administrators"),
    ("PowerShell listing local accounts", "powershell Get-LocalUser"),
    ("account database read", "getent passwd"),
]
ORDINARY = [
    "net user eve /add",
    "net localgroup administrators eve /add",
    'net group "Helpers" /delete /domain',
    "net use z: \\\\files\\home",
    "net start spooler",
    "ldifde -i -f c:\\t\\new.ldf",
    "ping dc-1",
    "internet users group",
]


def looking_around(every: float, *, at: float = 0, **data: Any) -> list[dict[str, Any]]:
    commands = ["whoami /all", "ipconfig /all", "systeminfo", "tasklist /v", "net view", "netstat -ano"]
    return [started(command, at=at + every * number, **data) for number, command in enumerate(commands)]


@pytest.mark.parametrize(("pattern", "command"), DIRECTORY)
def test_a_command_that_lists_the_directory(detect: Any, pattern: str, command: str) -> None:
    found = detect("D14", log(started(command)))["case"]
    assert (found.answer, found.confidence) == ("yes", "medium")
    assert (found.figures["commands"], found.figures["directory_commands"]) == (1, 1)
    assert found.figures["listed"][0]["command"] == f"“{command}”"
    assert [one.name for one in PATTERNS if one.name == pattern and one.strong]


@pytest.mark.parametrize(("pattern", "command"), LOCAL)
def test_a_command_that_lists_a_machines_own_accounts(detect: Any, pattern: str, command: str) -> None:
    found = detect("D14", log(started(command)))["case"]
    assert (found.answer, found.confidence, found.figures["directory_commands"]) == ("yes", "low", 0)


def test_every_pattern_of_the_list_is_tested_here() -> None:
    assert {one.name for one in PATTERNS} == {name for name, _ in [*DIRECTORY, *LOCAL]}


@pytest.mark.parametrize("command", ORDINARY)
def test_an_ordinary_command_lists_nothing(detect: Any, command: str) -> None:
    found = detect("D14", log(started(command)))["case"]
    assert (found.answer, found.sentence) == ("no", "No listing of the directory: 1 process start examined.")


def test_net_and_the_net1_it_starts_told_twice_are_one_command(detect: Any) -> None:
    told = [
        sysmon('"C:\\Windows\\system32\\net.exe" user', "net.exe"),
        sysmon("C:\\Windows\\system32\\net1 user", "net1.exe", by="net.exe"),
        started('"C:\\Windows\\system32\\net.exe" user', "net.exe", at=2),
        started("C:\\Windows\\system32\\net1 user", "net1.exe", by="net.exe", at=2),
    ]
    found = detect("D14", log(*told))["case"]
    assert (found.figures["commands"], found.figures["burst"], len(found.evidence)) == (1, 1, 1)


@pytest.mark.parametrize(
    ("every", "answer", "burst"),
    [(3, "yes", 5), (3.75, "no", 4), (600, "no", 1)],  # the fifth comes within 15 s of the first, or as it leaves
)
def test_a_burst_of_looking_around(detect: Any, every: float, answer: str, burst: int) -> None:
    found = detect("D14", log(*looking_around(every)[:5]))["case"]
    assert (found.answer, found.figures["burst"]) == (answer, burst)
    if answer == "yes":
        assert found.confidence == "high"
        assert found.sentence.startswith("5 different commands to look around within 15 s by ada on ws-7.corp.example")
        assert len(found.evidence) == 5


def test_a_command_repeated_or_spread_over_machines_is_no_burst(detect: Any) -> None:
    assert detect("D14", log(*(started(f"nslookup h{n}", at=n) for n in range(9))))["case"].figures["burst"] == 1
    spread = [started(one["CommandLine"], Hostname=f"ws-{n}") for n, one in enumerate(looking_around(0))]
    assert detect("D14", log(*spread))["case"].answer == "no"


def test_rewritten_times_allow_no_burst(detect: Any) -> None:
    hours = [started("ping dc-1", at=3600 * hour) for hour in range(6)]
    assert detect("D14", log(*looking_around(1), *hours))["case"].figures["burst"] == 0


@pytest.mark.parametrize("port", [389, 636, 3268, 3269, 9389])
def test_a_strange_program_that_speaks_ldap(detect: Any, port: int) -> None:
    many = [connected(POWERSHELL, port, at=n) for n in range(5)]
    found = detect("D14", log(*many))["case"]
    assert (found.answer, found.confidence, found.figures["connections"]) == ("yes", "medium", 5)
    assert found.sentence == ("5 LDAP connections of powershell by ada on ws-7.corp.example at 17 Nov 08:00 UTC.")
    few = detect("D14", log(*many[:4]))["case"]
    assert (few.answer, few.confidence) == ("partly", "low")


def test_programs_whose_business_it_is_are_a_setting(detect: Any) -> None:
    usual = [connected("C:\\Windows\\System32\\LSASS.exe", at=n) for n in range(50)]
    assert detect("D14", log(*usual))["case"].answer == "no"
    assert detect("D14", log(*usual), settings={"baseline": ["svchost"]})["case"].answer == "yes"
    web = [connected(POWERSHELL, 443, at=n) for n in range(50)]
    assert detect("D14", log(*web))["case"].answer == "cannot_tell"


def test_the_firewalls_audit_names_the_program_too(detect: Any) -> None:
    ends = {"SourceAddress": "192.0.2.7", "DestAddress": "192.0.2.250", "DestPort": "389"}
    told = [record(5156, n, Application="\\device\\harddiskvolume2\\t\\x.exe", **ends) for n in range(5)]
    found = detect("D14", log(*told))["case"]
    assert (found.answer, found.figures["program"]) == ("yes", "x")


@pytest.mark.parametrize(("number", "answer"), [(2000, "no"), (2001, "yes")])
def test_connections_to_the_catalogue_by_the_hour(detect: Any, number: int, answer: str) -> None:
    lsass = "C:\\Windows\\System32\\lsass.exe"
    found = detect("D14", log(*(connected(lsass, 3268, at=n) for n in range(number))))["case"]
    assert (found.answer, found.figures["catalogue_peak"]) == (answer, number)


@pytest.mark.parametrize(
    ("objects", "every", "answer"), [(20, 1, "yes"), (19, 1, "partly"), (20, 32, "partly"), (1, 1, "partly")]
)
def test_objects_a_person_read(detect: Any, objects: int, every: int, answer: str) -> None:
    reads = [accessed("-", at=n * every, ObjectName=f"CN=u{n}", AccessMask="0x10") for n in range(objects)]
    found = detect("D14", log(*reads))["case"]
    assert (found.answer, found.figures["readers"]) == (answer, 1)
    assert found.sentence.startswith(f"ada read {objects} directory object")


@pytest.mark.parametrize(
    "changes",
    [
        {"SubjectUserName": "DC-1$"},
        {"SubjectUserName": "SYSTEM"},
        {"AccessMask": "0x40000"},
        {"EventType": "AUDIT_FAILURE"},
    ],
)
def test_what_is_no_read_of_a_person(detect: Any, changes: dict[str, str]) -> None:
    reads = [accessed("-", at=n, **({"ObjectName": f"CN=u{n}", "AccessMask": "0x10"} | changes)) for n in range(30)]
    assert detect("D14", log(*reads))["case"].answer == "no"


def test_listings_by_machine_accounts_are_looked_at_and_benign(detect: Any) -> None:
    listings = [
        record(4798, n, TargetUserName=f"u{n}", SubjectUserName="WS-7$", CallerProcessName="C:\\Windows\\agent.exe")
        for n in range(30)
    ]
    found = detect("D14", log(*listings))["case"]
    assert (found.answer, found.confidence) == ("no", "medium")
    assert found.sentence == (
        "No listing of the directory: 0 process starts and 30 reads by machine accounts examined."
    )
    by_ada = [{**one, "SubjectUserName": "ada"} for one in listings]
    assert detect("D14", log(*by_ada))["case"].answer == "yes"


def test_kinds_that_agree_make_it_sure_and_each_record_is_shown_once(detect: Any) -> None:
    told = [
        started("nltest /dclist:corp"),
        *looking_around(1, at=20),
        *(connected(POWERSHELL, at=90 + n) for n in range(5)),
    ]
    found = detect("D14", log(*told, started("nltest /domain_trusts", at=24)))["case"]
    assert (found.answer, found.confidence) == ("yes", "high")
    places = [(row.line, row.offset) for row in found.evidence]
    assert len(places) == len(set(places)) == 13
    assert found.sentence.count(";") == 2


def test_secrets_in_a_command_are_not_repeated(detect: Any) -> None:
    found = detect("D14", log(started("adfind -u ada --password hunter2 -f objectcategory=person")))["case"]
    assert found.answer == "yes"
    assert "hunter2" not in str(found.to_json())


def test_the_case_and_elsewhere(detect: Any) -> None:
    other = started("dsquery user", at=5, SubjectUserName="eve")
    found = detect("D14", log(started("ping dc-1"), other), scope=Scope(users=("ada",)))
    assert (found["case"].answer, found["elsewhere"].answer) == ("no", "yes")
    few = [connected(POWERSHELL, User="CORP\\eve", at=n) for n in range(2)]
    assert list(detect("D14", log(started("ping dc-1"), *few), scope=Scope(users=("ada",)))) == ["case"]


def test_a_no_needs_a_log_that_would_tell(detect: Any) -> None:
    found = detect("D14", log(record(4624, TargetUserName="ada"), started(None)))["case"]
    assert found.answer == "cannot_tell"
    assert found.missing == ("command lines, LDAP connections by program or directory reads",)
    both = detect("D14", log(started("ping dc-1"), connected("C:\\Windows\\System32\\lsass.exe")))["case"]
    assert (both.answer, both.confidence) == ("no", "high")
