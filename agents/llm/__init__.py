"""Agents that decide with a language model, and everything between them and it."""
