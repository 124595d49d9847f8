"""Search: what can be found on a site, the index of it, and the field that looks into it."""
