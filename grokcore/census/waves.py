"""How a network adds: statistics of attention, neurons and logits (chapter 05)."""
