"""Measures the agents on files of cases, ours or anybody's."""
