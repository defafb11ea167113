"""What the product is about: frozen data and pure functions, no I/O."""
