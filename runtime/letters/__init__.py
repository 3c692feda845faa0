"""Dead letters as people meet them: what waits, what is in it, and sending it back or setting it aside for good."""
