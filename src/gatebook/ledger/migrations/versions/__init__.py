"""The steps. Each is for good once it was released: what it made is changed by the next one.

A new step is a file here, its revision the last of `tables.REVISIONS`, and `tables` as it leaves them.
"""
