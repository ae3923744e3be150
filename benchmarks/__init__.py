"""How fast the course trains: against peers, and against plain products."""
