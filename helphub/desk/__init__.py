"""The officers' desk: admin pages that are not tables. In English only, like all of the admin."""
