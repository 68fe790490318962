"""Which words of a step ask for what a detector tells, by family: one module for each kind of log."""
