"""The preview: a real server, a real disk, a real Chromium."""
