"""`make demo`: the whole platform running, and each hop's latency measured just now."""
