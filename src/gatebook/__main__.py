"""`python -m gatebook` is the `gatebook` command."""

from __future__ import annotations

from gatebook.cli.main import main

if __name__ == "__main__":
    main()
