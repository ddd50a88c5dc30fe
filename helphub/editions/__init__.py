"""Editions: what readers get. Bake, build, gate, switch, store and serve are a file each."""
