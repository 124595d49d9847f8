"""A plugin that divides by the days on which the shop is open."""

from caresite.core.plugins import Plugin


def checks(site, outputs, options):
    return [1 / 0]


PLUGIN = Plugin(name="opening_hours", version="1.0", checks=checks)
