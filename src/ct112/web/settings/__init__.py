"""Settings over HTTP."""
