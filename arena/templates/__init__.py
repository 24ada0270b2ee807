"""Prompts with names in them: checked when a file is loaded, filled when a prompt is sent; sandboxed and bounded."""
