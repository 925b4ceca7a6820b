"""The lab: PostgreSQL, Asterisk and ct112 on loopback, for the demo, the tests and trying out."""
