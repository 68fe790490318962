"""A measure of its own: questions and indicators over all of ATT&CK, labelled before any rule was run on them.

Each line: the detectors one may propose (any of them; "-" for analyst only), ``q`` or ``i``, and the text, in our
words. No rule was changed for their sake; mend a rule for another question, not for these.
"""

from __future__ import annotations

LINES = """
D23 q Does the administrator's change record cover the new domain trust?
- q Which hosts received the group policy object?
D17 i Users placed in Domain Admins or other privileged groups without notice: new group memberships for an account.
D22 q Has the hash of the dropped executable been reported as malicious by threat intelligence?
D24 q Are there earlier incidents with this file on other machines?
- q Is the archive protected by a password?
- q Does the mail ask for a bank transfer?
D23 q Was the sender on the list of approved suppliers or another trusted sender?
D24 q Did more employees report similar messages?
D20 q Did the attachment open and then Excel spawn a command shell?
D20 i Macros that launch PowerShell with encoded commands.
- i Attachments with a double extension.
D22 i Links to domains on a blocklist.
D18 i A sudden rise in outbound mail from one mailbox: unusual e-mail sending volume.
D18 i New forwarding rules to outside addresses.
D10 q Were several unexpected MFA requests sent to the user before one was approved?
D17 q Was a new authenticator app registered for the account?
D06,D07 q Did the account sign in from a country where nobody of the company works, a new location for it?
D06 i Two logins from distant countries within an hour (impossible travel).
D05,D01,D02 q Did the failed logins end in a successful one?
D01,D02,D09 q Has the number of failed logins to the VPN gateway risen?
D04 i One common password tried against many user accounts.
D09,D01 i Failed logins for one account from many different addresses.
D02 i One address producing hundreds of authentication failures in a few minutes.
D03 i Logins with user names that do not exist: invalid usernames tried in alphabetical order.
D10 i Several accounts locked out in short succession.
D08 q Was the login made at night or on a weekend?
- q What are the usual working hours of this user?
D23 q Is the user expected to work from that country, and is the travel approved?
- q Has the user confirmed the login?
D23 q Is the source address one of the known proxies of the company?
D07 q Did the request to the portal come from outside the company network?
- q Did the server send data to an address outside the company network?
D11,D13 i Repeated requests for the admin page of the web shop.
D11,D12,D13 i Many requests for robots.txt and hidden directories by one client.
D13 i Requests with SQL injection attempts in parameters.
D12,D13 q Does one client read all pages in sequence, as a scraper would: a crawler with many page requests?
- q Is the web application patched to its latest version?
D20,D21 q Were web shells placed on the server?
D20 i The web server process spawns a shell.
- i The web server crashes several times.
D14 i Use of BloodHound or AdFind on a workstation.
D14 q Did a workstation send an unusual number of LDAP queries?
- q Was the computer joined to Active Directory recently?
D15 i Directory replication requests by something that is no domain controller (DCSync).
D16 i A user requests RC4 tickets for many services.
- i Tickets with a lifetime of ten years.
D21 i A new service with a random name installed on several servers.
D21 q Was a scheduled task registered on the machine by an unknown program?
D21 q Was the program started from another host with PsExec?
- q Is the print service needed on that server?
- i Services for backup and antivirus are stopped.
D20 i rundll32 running without arguments and making connections.
D20 q Are there unusual command line arguments in the call of regsvr32?
- q Is the library signed?
- i A library loaded from the Downloads folder.
D23 q Is the program part of the approved software of this department?
D23 q Was the installation done during a maintenance window?
D23 q Could an update by the vendor explain the changed files?
- q Do the changed files keep their size?
- i Files renamed with a new extension in great numbers.
- i A ransom note on the desktop.
D24 q Are other hosts showing the same symptoms?
- q Are the backups intact?
D23 q Is there a business reason for the large upload?
- q How much data left the network?
- i Large uploads to a file-sharing site.
D08 i Uploads outside of business hours.
D22 q Is the upload target a known malicious domain?
- q Does the upload target belong to a partner?
- i DNS queries with long random names.
D22 i Connections to known command-and-control servers.
- i Connections at regular intervals.
- i TLS certificates issued the same day.
D22 q Is the certificate linked to a known threat actor?
- q Is the port a usual one for the protocol?
D23 q Is the remote access tool allowed on this host?
- i A remote access tool that nobody remembers installing.
D19,D06,D07 i Cloud API calls with an access key from an unfamiliar address.
D19,D14 i Enumeration of buckets and roles by a principal that never did so.
D17,D19 q Was a new role granted to the cloud user?
D23 q Was the virtual machine created by an authorised deployment?
- q In which region was the machine created?
- i Snapshots shared with another cloud account.
- i Logging turned off in the cloud account.
D23 q Was logging switched off as part of a planned change?
- q Is there a gap in the logs?
- i Event logs cleared.
D24 q Did the endpoint protection raise other alerts on this machine?
D24 q Is there an open case about the same user?
- q Who was logged on at the time?
D17 i Accounts created and deleted within a day: creation of local accounts by a non-administrator.
D17 q Was the password of the account reset by the help desk?
- q Does the account follow the naming scheme?
D23 q Does the owner of the account have documented approval for these rights?
- q Why does the account need these rights?
- i A token of another user attached to a process.
- i Memory of another process written to.
- q Does the process usually write to the memory of others?
D23 q Is the injecting process a known debugging tool?
- i A browser extension that reads all pages.
- q Is the extension's publisher reputable?
- i Clipboard contents replaced.
- i A key logger driver installed.
- i Registry run keys changed.
- q Does the run key point to a temporary folder?
- i Boot sector modified.
- q Does the firmware match the vendor's checksum?
- i Microphone switched on by a background process.
- q Did the caller spoof an internal number?
- i Fake profiles of employees on social networks.
- q Has the domain of the company been imitated?
- i Credentials of employees sold on a forum.
D23 q Was the scan run by our own vulnerability management team with an approved scanner?
D24 q Do similar scans hit other systems, and are there related alerts?
- i Sequential connections to many ports.
- q Is the controller in maintenance mode?
- i Set points changed on the controller.
- q Is the physical process affected?
D22 i Downloads from IP addresses with a poor reputation.
D22,D24 q Is the campaign known to threat intelligence, and do its indicators match ours?
- q Is the intelligence report recent?
D20 i Script interpreters started by Office documents: Word spawning wscript.
- i Scripts left in the startup folder.
D20 q Is there obfuscated PowerShell in the script block log?
- q Which user started PowerShell?
D23 q Does this user have a history of running PowerShell?
- q Was the container started with host networking?
- i Containers that mount the host's root.
- i A pod that runs as root.
D23 q Is the image built by our own trusted pipeline, by an approved deployment job?
"""

CASES = [line.split(" ", 2) for line in LINES.strip().splitlines()]
