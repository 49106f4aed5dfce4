"""Payloads of the Admin API as nouns: one file a noun; nothing is asked, nothing is sent."""
