"""The real floor and switchboard on virtual time, against a simulated Asterisk that breaks."""
