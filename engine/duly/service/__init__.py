"""Wire the engine to a workspace: settings, connectors, database, clock."""
