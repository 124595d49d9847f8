"""The engine: runs the stages in order and keeps what they may keep."""
