"""Why a text is not YAML, in the words of its reader."""
