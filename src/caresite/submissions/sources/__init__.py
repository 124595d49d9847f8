"""Sources: one module for each way in which stories arrive. Each turns bytes into entries and diagnostics."""
