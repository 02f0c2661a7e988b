"""Checkpoints of real model classes with few random weights, and what a machine without a GPU needs to load them."""
