from __future__ import annotations

import pytest

from casebook.playbooks.polarity import propose_polarity, what_yes_means
from casebook.playbooks.types import SECTIONS

SUSPICIOUS = {
    "says that it is odd": [
        "Are there unusual tides?",
        "Was the keeper's absence unauthorised?",
        "Is there anything strange about the cargo list?",
        "Does the lamp seem abnormal considering usual nights?",
        "Do any of the crates look out of place?",
        "Was the ferry seen somewhere it does not belong?",
        "Has the crane been moved at an odd hour?",
        "Did the pilot leave the harbour outside of his normal shift?",
    ],
    "says that it is not in order": [
        "Was the lamp lit without a documented order?",
        "Were the changes not officially approved?",
        "Was the crane used by someone who should not have had the key?",
        "Is the keeper unable to explain the second lamp?",
        "Did the pilot deny having called the tug?",
        "Is there no record of an order for the crates?",
        "Has nobody at the pier claimed the boat?",
        "Does the crew list fail to match the manifest?",
        "Is the seal missing or broken?",
        "Could the captain's identity not be verified?",
        "Was the pass used after the pilot had left the company?",
    ],
    "compares": [
        "Are there any boats that deviate from their usual course?",
        "Did more ferries land than usual?",
        "Is the crane drawing far more current than normal?",
        "Does the water level exceed the baseline?",
        "Has the number of night crossings risen sharply?",
        "Does the tonnage differ from what was declared?",
        "Are there inconsistencies between the two logbooks?",
    ],
    "names an enemy": [
        "Is the buoy linked to known malicious addresses?",
        "Does the boat mimic a trusted ferry?",
        "Is the hull number listed in any threat feed?",
        "Do the flags match those of a known pirate group?",
        "Was the boat previously involved in an incident?",
        "Are there signs of smuggling?",
        "Could the keeper's pass have been stolen?",
        "Did the pilot hand over his password?",
        "Can you rule in an attack on the lock gates?",
    ],
    "says that something was tried or done": [
        "Did the crane fail several times before it worked?",
        "Were any alarms switched off before the landing?",
        "Were the logbooks deleted or cleared afterwards?",
        "Was the lock gate's safety catch disabled?",
        "Has anyone tried to open the customs safe?",
        "Did the boat connect to an external radio that nobody has seen before?",
        "Is this the first time the ferry has called at this pier?",
        "Was a new account opened in the keeper's name?",
        "Was any sensitive cargo copied or moved out of the store?",
        "Have other harbours reported the same boat?",
        "Are several piers affected?",
        "Did a second alert follow?",
        "Was the deckhand given extra rights before the landing?",
    ],
    "asks indirectly or in two parts": [
        "Can you see any unexpected lights?",
        "Check whether the boat has been reported stolen.",
        "Please determine if any unauthorised boats were moored.",
        "Is it possible that the keys were stolen?",
        "Were there unexpected boats? If so, who brought them?",
        "Who lit the lamp, and was it lit by an unauthorised person?",
        "Was the suspicious boat seen again, or were other suspicious boats?",
    ],
}

BENIGN = {
    "says that it is in order": [
        "Was the suspicious boat authorised to land?",
        "Is the keeper expected tonight?",
        "Is the pilot known to the harbour?",
        "Has the harbour master approved the night work?",
        "Was the crane moved as part of scheduled maintenance?",
        "Is there a change ticket for the new buoy?",
        "Does the deckhand have permission to enter the store?",
        "Is the keeper one of the people allowed to move the crane?",
        "Does the pilot's role require access to the lock?",
        "Is the tug on the allow list?",
        "Was the anomalous landing sanctioned by the harbour office?",
        "Does the boat belong to the harbour?",
        "Is the seal intact and valid?",
    ],
    "offers an explanation": [
        "Have there been recent repairs that could explain the darkness?",
        "Is there a legitimate need for a second lamp?",
        "Could the alarm be a false positive?",
        "Might a storm account for the broken rope?",
        "Can the strange noise be explained by the pump?",
        "Is there an innocent reason for the unusual route?",
        "Was an exercise or drill under way?",
        "Did a planned outage coincide with the missing signals?",
        "Is the gap due to a known fault in the radio?",
    ],
    "has been confirmed": [
        "Has the pilot confirmed that he made the landing?",
        "Did the keeper acknowledge lighting the lamp?",
        "Is the captain aware of the landing?",
        "Can the harbour office vouch for the crew?",
        "Does the pilot recognise the call?",
        "Can you confirm that the landing was expected?",
        "Verify that the crew was authorised to board.",
    ],
    "is what is normal": [
        "Does the boat follow its usual course?",
        "Is the tonnage within the normal range?",
        "Is this consistent with how the pilot normally works?",
        "Has the ferry called here before?",
        "Does the keeper regularly work at night?",
        "Is the lamp's colour in line with the harbour's rules?",
        "Does the manifest match the cargo?",
        "Do all crews use this pier as a matter of routine?",
    ],
    "denies what is bad": [
        "Is the cargo free of contraband?",
        "Were no unusual boats seen?",
        "Is the landing not unusual for this time of the year?",
        "Can an attack be ruled out?",
        "Was the attempt blocked before the boat landed?",
    ],
    "asks in two parts": [
        "Which crew was on board, and was it allowed to be?",
        "Was the crane moved, and if so, was that approved?",
        "Is the boat registered, and does it belong to a trusted owner?",
    ],
}

OPEN = {
    "asks what, who or when": [
        "Who lit the lamp?",
        "1. Which ports are open?",
        "From which pier did the suspicious boat leave?",
        "How many unauthorised boats were there?",
        "At what time was the malicious cargo landed?",
        "Can you tell which of the boats is suspicious?",
        "Do we know who owns the stolen boat?",
        "Determine what the unusual cargo was.",
        "On how many nights was the lamp out?",
    ],
    "offers alternatives": [
        "Is the boat legitimate or suspicious?",
        "Does it match the expected course, or are there any anomalies?",
        "Was the landing planned or was it unexpected?",
        "Is the pilot a known one or an impostor?",
        "Was it an accident or sabotage?",
    ],
    "says nothing either way": [
        "Is the lamp green?",
        "Is the pier made of wood?",
        "Does the ferry carry cars?",
        "",
        "?",
    ],
}

_ALL = [
    pytest.param(question, value, id=f"{value}: {question}")
    for value, groups in (("suspicious", SUSPICIOUS), ("benign", BENIGN), ("open", OPEN))
    for questions in groups.values()
    for question in questions
]


@pytest.mark.parametrize(("question", "value"), _ALL)
def test_questions(question: str, value: str) -> None:
    proposed = propose_polarity("question", question)
    assert proposed.value == value, proposed.rule
    assert proposed.rule


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_has_a_meaning(section: str) -> None:
    proposed = propose_polarity(section, "The lamp is out.")
    assert what_yes_means(section, proposed.value)
    assert (proposed.value == "suspicious") == (section in ("indicator", "criterion"))
