"""caresite: Markdown posts, customer stories and quotes become a fast, honest static site."""

__version__ = "0.1.0"
