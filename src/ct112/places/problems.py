"""What is wrong with a file, in words its owner can act on."""


class BadFile(ValueError):
    """The file is not taken in; the text says where it is wrong and what to do."""
