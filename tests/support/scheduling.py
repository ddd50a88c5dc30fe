"""Which process runs which tests, when there are several."""

from xdist.scheduler import LoadScopeScheduling

# Tests that take long and share nothing. They begin last and fill the gaps.
APART = {
    "tests/test_commands.py",
    "tests/test_migrations.py",
    "tests/test_observatory.py",
    "tests/test_serve_command.py",
}


class ByModule(LoadScopeScheduling):
    """One process runs all the tests of a module, so that what they share is made once."""

    def _split_scope(self, nodeid):
        module = nodeid.partition("::")[0]
        return nodeid if module in APART else module
