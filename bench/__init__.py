"""`make bench`: our figures and the peers', as ratios of one run on one machine."""
