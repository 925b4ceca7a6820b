"""What goes wrong with certificates."""


class TlsError(ValueError):
    """A certificate or key cannot be used; the text says which and what to do."""
