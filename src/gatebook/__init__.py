"""gatebook: may this AI pilot go to production? A sheet to fill in, and an answer that holds."""

__version__ = "0.1.0"

# Here, because it may have to be said before anything else of gatebook is loaded.
STOPPED = "Stopped. Nothing half-written is left; run the same command again for what was not done."
