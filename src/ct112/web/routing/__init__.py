"""Routing over HTTP: the document, its versions, and why whom."""
