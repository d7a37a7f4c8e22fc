"""Hold the connectors that ship with duly."""
