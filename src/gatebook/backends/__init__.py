"""The only code that knows a file format or a network; one package each, one protocol."""
