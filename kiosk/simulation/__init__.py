"""A term of family calls that never was, to see what a rule is worth before a school has it."""
