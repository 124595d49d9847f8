"""Deploy: a finished site is put online, whole, and only what changed is sent."""
