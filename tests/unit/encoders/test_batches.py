from hypothesis import given
from hypothesis import strategies as st

from encoders.minilm import BATCH, LONGER, _batches


@given(st.lists(st.integers(2, 256), max_size=200))
def test_every_text_is_run_once_among_texts_of_about_its_length(lengths: list[int]) -> None:
    batches = list(_batches(lengths))
    assert sorted(place for batch in batches for place in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) <= BATCH
        assert max(lengths[place] for place in batch) <= LONGER * min(lengths[place] for place in batch)
