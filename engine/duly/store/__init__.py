"""SQL in, frozen data out; every statement that is not a rule's own lives here."""
