"""The author's kit: what adapter authors test with."""
