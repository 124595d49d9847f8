"""Values and leaf functions that know nothing of stages: faults, files, addresses, dates, declarations."""
