"""The review of stories in the browser: what came in, side by side with what is shown, and the decisions about it."""
