"""Reading and drawing .xlsx files on disk."""
