"""A turn: what was understood becomes requests, requests run flows on a stack of frames, answers become one reply."""
