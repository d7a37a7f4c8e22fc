"""Message policy: who may be written to, on which channel, in which language."""
