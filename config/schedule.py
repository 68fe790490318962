"""Beat as data: each line with its why. All times UTC."""

from __future__ import annotations

SCHEDULE = {
    "sweep": {
        # Rings queues whose rows are due or whose lease ran out; marks clocks; lapses requests; plans expiry.
        # Fifteen seconds bounds how long a lost bell can delay anything.
        "task": "casebook.tasks.sweep",
        "schedule": 15.0,
        "options": {"queue": "default", "expires": 15},
    },
}
