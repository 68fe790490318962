"""Criteria of small cards of our own, in the manner of other teams, labelled before the rules were run on them.

A card is a block of lines. ``+ text`` is a question whose yes is suspicious, ``- text`` one whose yes is harmless and
``o text`` an open one, numbered from 1. ``label | text`` is a criterion: what may stand for each of its conditions
(``1`` a question's number, ``D22`` a detector, ``alert``), ``/`` between what may stand for one condition, ``&`` or
``,`` between conditions that must all or any hold, and ``none`` where nothing on the card answers it.

At first sight 42 of 42 proposals were sound, for 46 criteria of 62 that the cards can answer. Whoever wrote them knew
the rules, so cards by other hands are the harder measure: see `tests.casebook.playbooks.test_criteria_sample`.
"""

from __future__ import annotations

CARDS = """
+ Was a USB drive attached that is not in the inventory?
+ Were many documents copied to the drive within a short time?
- Does the person have approval to carry data outside?
+ Were there other alerts about this laptop?
1 | Escalate to Tier 2 if an unregistered USB drive was attached.
3 | Escalate if the person has no approval for taking data outside.
2 | A large number of documents was copied to the drive.
4/D24 | There are additional alerts on the laptop.
none | Escalate if the drive contains malware that was written to it elsewhere.
none | Escalate if customers have to be informed.

+ Was the VPN login made from a country where we have no staff?
+ Were there failed logins for the account before it succeeded?
- Has the user confirmed the journey with their manager?
+ Was the second factor changed shortly after the login?
1/D06 | The VPN login came from a country without staff of ours.
2/D05/D01/D02 | Repeated login failures preceded the successful login.
4/D17 | The second factor was modified after the login.
3 | The user cannot confirm the journey.
2/D01/D02/D05 & 4/D17 | Escalate if there are failed logins before the success and the second factor was changed.
none | The user's manager asks for it.
D22 | The source address is on a threat intelligence list.

- Is the web server supposed to run this script?
+ Does the script contain obfuscated code?
+ Was a file uploaded by an anonymous visitor?
+ Did the web server process start a shell?
2 | Escalate if obfuscated code is found in the script.
3 | Files were uploaded by anonymous visitors.
4/D20 | The server process launched a shell.
3, 4/D20 | Escalate if an anonymous visitor uploaded a file or the web server process started a shell.
none | The web server answers slowly.
none | Escalate if the database behind the site was altered.
alert | Escalate if a critical server is affected.

+ Was an inbox rule created that forwards mail outside?
+ Did the mailbox send an unusual number of messages?
- Is the rule one that the owner set up knowingly?
o Which recipients got mail?
1/D18 | A forwarding rule to an outside address was created.
2/D18 | An unusual number of messages was sent from the mailbox.
3 | The owner did not knowingly set up the rule.
1/D18 & 2/D18 | Escalate if a forwarding rule exists combined with an unusual number of sent messages.
none | Escalate if recipients complain in public.
none | Escalate if payment details were changed in the messages.

+ Is the process unsigned and started from a temporary folder?
+ Does the process connect to addresses outside the company?
- Is the program part of the software catalogue?
+ Have other endpoints shown the same process?
1 | The process runs unsigned from a temporary directory.
2/D22 | Escalate if the process connects to external addresses.
3 | The program is not part of the approved catalogue.
4/D24 | The same process was seen on other endpoints.
D22 | The hash of the process is known malicious.
none | The process kills the antivirus service.
1, 4/D24 | Escalate if the process is unsigned in a temporary folder, or if it was seen on other endpoints.

+ Were snapshots of disks shared with a foreign account?
+ Was logging disabled in the subscription?
- Was the change made through the deployment pipeline?
+ Were access keys created by an unusual principal?
1 | Escalate if disk snapshots are shared with unknown accounts.
2 | Logging in the subscription has been turned off.
3 | The change was not made through the deployment pipeline.
4/D17/D19 | Access keys were created by a principal that is unusual.
2 & 1 | Logging was disabled, coinciding with the sharing of snapshots.
none | Escalate if costs have risen sharply.
none | The provider reports an outage.

+ Did somebody request service tickets for many accounts?
+ Were the tickets encrypted with a weak cipher?
- Is the requesting host a known scanner of our own team?
1/D16 | Service tickets were requested for many accounts in a short period.
2/D16 | The tickets use weak encryption.
3 | The requesting host is not a known scanner.
none | Escalate if passwords older than five years are in use.

+ Did the caller ask for a password or code?
+ Was remote control software installed during the call?
- Can the help desk confirm that it made the call?
+ Did other employees report such calls?
1 | Escalate if the caller asked for a code or password.
2 | Remote control software was installed in the course of the call.
3 | The help desk did not make the call, that is, it cannot be confirmed.
4/D24 | Several employees report similar calls.
none | The caller gave a false name.
none | Escalate if money was transferred.

+ Does the DNS traffic contain unusually long names?
+ Is the domain newly registered?
- Is the volume of DNS queries usual for this host?
1 | Escalate if unusually long names appear in DNS traffic.
2 | The domain was registered recently.
3 | The volume of DNS queries is not usual.
D22 | The domain is known for command and control.
none | Escalate if data can be decoded from the names.
none | The resolver has been changed on the host.

+ Were files renamed in great numbers?
+ Were shadow copies deleted?
- Was the encryption started by an approved backup product?
+ Are file shares of other departments affected?
1 | Escalate at once if large numbers of files are renamed.
2 | Deletion of shadow copies is observed.
3 | The encryption does not stem from an approved product.
4 | File shares of several departments are affected.
1, 2 | Escalate if files are renamed in large numbers or shadow copies are deleted.
none | A ransom note was found.
"""
