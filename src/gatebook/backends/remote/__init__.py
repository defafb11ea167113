"""Workbooks in object stores and on other machines, read through fsspec. Read-only."""
