"""Child processes that may die: started, watched, limited and restarted."""
