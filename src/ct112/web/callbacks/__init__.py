"""Call-backs: the list, taking one."""
