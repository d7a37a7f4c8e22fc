"""Change the schema step by step: a file a revision, written by duly.store.new_migration."""
