"""The dispatcher's rules, pure: no I/O, no clock. Local time comes in as an aware datetime."""
