"""Frozen data: what is known and what happened, with the state machines as pure methods."""
