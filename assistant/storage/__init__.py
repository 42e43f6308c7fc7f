"""What survives: conversations, pages, settings, and the lock that keeps one instance."""
