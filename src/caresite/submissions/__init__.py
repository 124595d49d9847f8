"""Stories that customers send in: how they arrive, where they are kept, and what never leaves that place."""
