"""Tests of going online, each target against the real thing on this machine."""
