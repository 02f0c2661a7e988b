"""Text and video to vectors."""
