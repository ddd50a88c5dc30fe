"""What tests are made of: databases and editions made once, readers, factories."""
