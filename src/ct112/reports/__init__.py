"""Reports: stable figures of days, and whoever's columns over them."""
