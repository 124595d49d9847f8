"""A plugin that writes beside the output folder."""

from caresite.core.model import Output, Route
from caresite.core.plugins import Plugin


def routes(site, options):
    return [Route(output="/tmp/backup.html", url="/backup/", kind="backup", plugin="backups")]


def rendered(site, outputs, options):
    return [Output(path="../backup.zip", content=b"everything")]


PLUGIN = Plugin(name="backups", version="1.0", routes=routes, rendered=rendered)
