"""Features: what caresite brings along as ordinary plugins, through the door that is open to every plugin."""
