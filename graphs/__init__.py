"""LangGraph state machines: the wiring between agents, tools and twins."""
