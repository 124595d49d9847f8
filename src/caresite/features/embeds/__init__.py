"""Embeds: customers’ words for the owner’s other sites, to be framed or to be pasted."""
