"""Pictures and voice messages: fetched from the channel, turned into words, which are data and never a yes."""
