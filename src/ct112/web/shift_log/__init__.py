"""The shift log: what supervisors write down for each other."""
