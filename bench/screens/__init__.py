"""The screens in a real browser: what happens at Asterisk until it is drawn, and how soon a desk is ready."""
