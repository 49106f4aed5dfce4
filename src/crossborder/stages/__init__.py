"""The ten stages of the chain, in its order: pure decisions over values."""
