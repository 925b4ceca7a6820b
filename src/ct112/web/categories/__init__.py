"""Categories of incidents over HTTP."""
