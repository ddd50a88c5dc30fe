import pytest

from helphub.editions import worker


@pytest.fixture
def one_connection(monkeypatch):
    """The publisher begins with a fresh connection, which would not see uncommitted rows."""
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
