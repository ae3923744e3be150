"""What calculates: devices, matrix products, memory, threads, rounding."""
