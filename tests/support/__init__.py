"""Support for tests: prepared databases and editions, rows of real content, factories."""
