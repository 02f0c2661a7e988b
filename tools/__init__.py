"""What can be looked at: one specialist a file."""
