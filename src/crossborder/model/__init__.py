"""The nouns: frozen values, without I/O, clock or chance."""
