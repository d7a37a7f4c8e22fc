"""Define every table once: columns, keys, indexes, and what is personal."""
