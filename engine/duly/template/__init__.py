"""Messages as their authors write them: checked, compiled once, rendered many times."""
