"""Editions: what readers get. Each step has a file: bake, build, checks, publish, store, serve."""
