"""What the assistant can do besides talking, one tool a file."""
