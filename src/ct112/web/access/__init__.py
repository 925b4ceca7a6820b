"""Who asks: principals, and how a request proves to come from one."""
