"""The catalogue: a page for every topic, made from the register, with live figures when the platform runs."""
