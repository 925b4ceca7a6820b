"""ct112: an open 112 emergency call centre that drives Asterisk over ARI."""

__version__ = "0.1.0"
