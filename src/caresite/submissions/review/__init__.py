"""Review: from what came in to what may be shown, decision by decision, and the way back."""
