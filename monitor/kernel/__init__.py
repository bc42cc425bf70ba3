"""The only room that talks to Linux: it asks, parses, and hands out values of the model."""
