"""All hosts that files can be written for, by the name that people type."""

from __future__ import annotations

from collections.abc import Mapping

from caresite.deploy.hosts import apache, caddy, cloudflare, github_pages, netlify, nginx, s3
from caresite.deploy.hosts.files import Host

__all__ = ["HOSTS"]

HOSTS: Mapping[str, Host] = {
    module.HOST.name: module.HOST for module in (netlify, github_pages, cloudflare, s3, nginx, caddy, apache)
}
