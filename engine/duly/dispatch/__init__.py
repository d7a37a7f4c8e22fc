"""Work off what ticks decided: claim, perform, settle, and clear up what was left unclear."""
