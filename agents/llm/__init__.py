"""Asks chat models: by schema, within a budget, again where the answer or the line was bad, with a transcript."""
