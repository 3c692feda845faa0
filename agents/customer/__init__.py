"""The agent that talks to pharmacies: one inbound message, one turn, one transaction."""
