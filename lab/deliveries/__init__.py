"""A drill without calls: agencies are told while worker, web and PostgreSQL are killed and stopped."""
