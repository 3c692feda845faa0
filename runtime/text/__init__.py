"""Portuguese text as pharmacies and ANVISA write it: folding, abbreviations, dosage facts, and vectors of it.

Pure: no network, no clock, no randomness. The same text gives the same result on every machine.
"""
