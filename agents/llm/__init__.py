"""Language models through LiteLLM: profiles, one gateway, fallbacks, budgets, a cache, and the understanding on top."""
