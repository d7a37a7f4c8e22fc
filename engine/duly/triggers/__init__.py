"""The trigger kinds, a file each, found by their module's name."""
