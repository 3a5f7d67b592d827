"""What becomes of accepted messages: asked for, or told by webhook."""
