"""Backups: making one while everything runs, looking whether it is whole, and beginning again from it."""
