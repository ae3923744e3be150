"""Where an embedding puts its numbers: statistics of circles (chapter 03)."""
