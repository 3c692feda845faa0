"""What a change of the register does to those who read and write: schemas resolved, contracts compared, in words."""
