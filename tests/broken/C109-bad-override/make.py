"""Builds for an environment that has no overlay."""

OPTIONS = {"env": "staging"}
