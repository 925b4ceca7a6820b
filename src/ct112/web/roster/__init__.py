"""The duty roster: who should be on duty when."""
