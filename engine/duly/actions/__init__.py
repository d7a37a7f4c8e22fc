"""The action kinds, a file each, found by their module's name."""
