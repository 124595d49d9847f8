"""Hosts: the files that a host needs beside the site, and its rules in the language of web servers."""
