"""Where callers are: reading, by hand, by a link, by their telephones (AML)."""
