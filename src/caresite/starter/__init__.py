"""The files of a new site, as `caresite init` writes them; `$name` stands for what it was told."""
