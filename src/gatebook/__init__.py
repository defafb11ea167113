"""gatebook: may this AI pilot go to production? A sheet to fill in, and an answer that holds."""

__version__ = "0.1.0"
