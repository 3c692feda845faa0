"""Which flow a message asks for, and what it names: a protocol, and the offline Portuguese implementation of it."""
