"""Names a second config that is not there."""

OPTIONS = {"configs": ("caresite.yaml", "prices.yaml")}
