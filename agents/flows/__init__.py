"""The flows, one a file: what each needs, which tools it may use, and what it answers."""
