"""What is said to models: one file a prompt."""
