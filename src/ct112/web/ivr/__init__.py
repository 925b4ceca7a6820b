"""The menu: what a document is judged by, and the prompts."""
