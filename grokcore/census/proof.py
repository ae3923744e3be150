"""What breaks a network, and how it grew: statistics of proof (chapter 06)."""
