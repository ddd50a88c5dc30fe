"""Tests, by room. What several test modules share is in tests/support/."""

import pytest

# So that an assertion that fails there shows its values, as in a test.
pytest.register_assert_rewrite("tests.support")
