"""Immutable values and their arithmetic; nothing here knows of rules, tables or files."""
