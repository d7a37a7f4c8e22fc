"""The one small language: conditions and formulas as a typed tree, in SQL, in memory, in words."""
