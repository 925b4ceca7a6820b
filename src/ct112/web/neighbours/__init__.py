"""Neighbouring cities' centres: registered by an admin, what they offer, and what we answer."""
