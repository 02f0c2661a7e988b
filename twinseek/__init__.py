"""Twinseek: answers questions about a video library that need thought."""
