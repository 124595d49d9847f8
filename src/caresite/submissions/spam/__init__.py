"""Spam: a score with reasons, and words learned from the owner's own decisions. Nothing is deleted for its score."""
