"""`balcao eval`: the market that conversations are played against, and the commands."""
