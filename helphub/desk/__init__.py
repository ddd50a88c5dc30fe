"""The officers' desk: the admin's pages that are no table. In English only, as all of the admin."""
