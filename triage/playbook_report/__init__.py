"""What came of the runs of playbooks: figures by playbook, version and question, and the cases behind each."""
