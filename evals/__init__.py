"""Benchmarks, metrics, datasets and generated worlds."""
