import pytest

from twins.errors import TwinseekError
from twinseek.settings import load_settings, profile_names


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("TWINSEEK_LLM__TOKEN", "1", r"TWINSEEK_LLM__TOKEN is not a setting: did you mean TWINSEEK_LLM__TOKENS\?"),
        ("TWINSEEK_INDEX__DEPHT", "x", r"did you mean TWINSEEK_INDEX__DEPTH\?"),
        (
            "TWINSEEK_SEARCH__Q",
            "x",
            r"known are TWINSEEK_SEARCH__CHROMA_URL, TWINSEEK_SEARCH__ENCODER, TWINSEEK_SEARCH__P",
        ),
        ("TWINSEEK_LIBARY", "x", r"TWINSEEK_LIBARY is not a setting: did you mean TWINSEEK_LIBRARY\?"),
        ("TWINSEEK_DEVICE", "tpu", r"the setting device \('tpu'\) is wrong: Input should be 'auto', 'cpu' or 'cuda'"),
        ("TWINSEEK_LLM", "openai:x", "a section is no single value"),
    ],
)
def test_a_wrong_variable_is_named_as_it_was_written(monkeypatch, variable, value, said):
    monkeypatch.setenv(variable, value)
    with pytest.raises(TwinseekError, match=said) as error:
        load_settings()
    assert "\n" not in str(error.value)


def test_a_misspelt_key_of_a_profile_is_named_as_it_was_written(tmp_path):
    profile = tmp_path / "mine.toml"
    profile.write_text('[index]\nlabeler = "x"\n')
    with pytest.raises(TwinseekError, match=r"^index\.labeler is not a setting: did you mean index\.labeller\?$"):
        load_settings(profile=str(profile))


@pytest.mark.parametrize("name", ["offline", "cpu", "gpu"])
def test_every_profile_that_comes_with_twinseek_can_be_read(name):
    settings = load_settings(profile=name)
    assert name in profile_names()
    assert set(settings.index.plugins.values()) == set(settings.plugins)
    assert settings.device == {"offline": "cpu", "cpu": "cpu", "gpu": "cuda"}[name]
