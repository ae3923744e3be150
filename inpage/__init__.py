"""What pages that calculate share: how they are compiled, drawn and put together."""
