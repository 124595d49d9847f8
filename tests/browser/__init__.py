"""Built sites seen through a real browser, an HTML checker and an accessibility checker."""
