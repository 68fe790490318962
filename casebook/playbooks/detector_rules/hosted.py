"""Words that ask for what mail systems and clouds log (D18, D19)."""

from __future__ import annotations

from casebook.playbooks.detector_rules.rule import decides, supports, words
from casebook.playbooks.detector_rules.senses import UNUSUAL

_MAIL_RULES = words(
    r"(?:e-?mail|mail|mailbox|auto(?:matic)?)[- ]?(?:forwarding|forwards)|forwarding rules?|"
    r"(?:inbox|transport|mail ?flow|mailbox) rules?|"
    r"mailbox (?:permissions?|delegat\w+|audit ?bypass\w*)|(?:inbound|outbound|mail) connectors?|"
    r"e-?mails? (?:\w+ )?(?:being )?forwarded"
)
_MAIL_SENT = words(
    r"(?:outgoing|outbound|mass|bulk) (?:e-?mails?|mail|messages)|e-?mails? (?:\w+ )?(?:sending|sent)|"
    r"send(?:ing)? (?:\w+ ){0,3}e-?mails?|mailbox(?:es)? (?:\w+ )?sen[dt]s?|e-?mail (?:volumes?|sending|traffic)|spam"
)
_MUCH = words(
    r"volumes?|rates?|increas\w+|spikes?|many|large|high|unusual|abnormal|patterns?|numbers?|mass|bulk|amounts?|"
    r"more (?:\w+ ){0,2}than (?:is )?(?:usual|normal|ever)"
)
_MAIL_COMES = words(r"received|receiv(?:e|ing)(?! behaviou?rs?)|attachments?|reported")

_CLOUD_KEYS = words(
    r"(?:iam|instance|assumed|impersonation|execution|workload|service[- ]account|cloud|access|api|temporary) "
    r"(?:roles?|keys?|credentials?|profiles?)|service principals?|assume-?role"
)
_API_CALLS = words(r"api (?:calls?|requests?|activity)|cloud (?:management )?(?:api|console)")
_STRANGE = words(rf"{UNUSUAL}|outside|different|(?:do|does) not know|not ours")
_WHENCE = words(
    r"ip address(?:es)?|ips?|address(?:es)?|locations?|regions?|user[- ]agents?|clients?|geo\w*|hosts?|times?|hours"
)
_LISTING = words(
    r"aws iam|az ad|gcloud iam|list-?(?:users|roles|buckets|objects)|(?:list|describe|get)\*? (?:api )?calls?|"
    r"listing (?:of )?(?:cloud|iam|s3) \w+|"
    r"cloud (?:account|resource|infrastructure|service|storage|iam)s? (?:enumeration|discovery|listing)|"
    r"enumerat\w+ (?:of )?(?:cloud|iam|s3|buckets?|storage)|buckets? (?:\w+ )?(?:listing|enumerat\w+|publicly)|"
    r"(?:anonymous|public|unauthenticated) (?:\w+ )?(?:bucket|blob|storage)"
)
_LOCAL_API = words(r"virtualallocex|writeprocessmemory|windows api|threads?|system calls?")

RULES = (
    decides("D18", _MAIL_RULES),
    decides("D18", _MAIL_SENT, _MUCH, none_of=_MAIL_COMES),
    decides("D19", _CLOUD_KEYS, _STRANGE, _WHENCE),
    decides("D19", _API_CALLS, _STRANGE, _WHENCE, none_of=_LOCAL_API),
    decides("D19", _API_CALLS, _STRANGE, words("cloud|aws|azure|gcp")),
    decides("D19", _LISTING),
    supports("D19", words("access keys?"), words("recently|new(?:ly)?|unusual")),
)
