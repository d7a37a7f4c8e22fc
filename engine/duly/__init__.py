"""Run a subscription business by rules its owner can read."""
