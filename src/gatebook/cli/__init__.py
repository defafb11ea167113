"""The commands and how they print, and nothing else."""
