"""Customs AX Suite: the shared library behind every page."""
