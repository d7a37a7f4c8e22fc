"""The rule language: from YAML text to checked rules; everything of a workspace is read here."""
