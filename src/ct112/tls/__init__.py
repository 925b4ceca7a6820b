"""TLS: our own authority, certificates and what is wrong with them, contexts that take up a renewed one."""
