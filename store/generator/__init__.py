"""An invented market that a Brazilian would believe: the same size, seed and moment make the same rows, always."""
