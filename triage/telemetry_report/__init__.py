"""Which logs questions lacked: by log, playbook, team and week, from what decisions were lacking."""
