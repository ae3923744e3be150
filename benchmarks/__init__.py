"""How fast the course trains: against peers, and against the machine's limit."""
