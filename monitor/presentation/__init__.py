"""Words and order: plain functions without colour and without Textual."""
