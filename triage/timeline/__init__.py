"""A case drawn: what happened when, and who had to do with whom. Pure."""
