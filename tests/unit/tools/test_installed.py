import pytest

from tools import installed
from twins.errors import TwinseekError


def test_what_models_are_run_by_is_named_where_it_is_not_installed(monkeypatch):
    installed.check_installed()
    monkeypatch.setattr(installed, "NEEDED", ("json", "no_such_one", "nor_this"))
    with pytest.raises(TwinseekError, match="it needs no_such_one and nor_this: pip install torch "):
        installed.check_installed()
