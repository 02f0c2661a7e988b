import sys
from concurrent.futures import ThreadPoolExecutor

from agents.stemming import stem


def test_threads_do_not_stem_each_other_s_words():
    words = [f"{start}{end}" for start in ("run", "walk", "hid", "chas", "overtak") for end in ("ing", "ed", "s")]
    right = {word: stem.__wrapped__(word) for word in words}
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(stem.__wrapped__, words * 400))
    finally:
        sys.setswitchinterval(before)
    assert found == [right[word] for word in words] * 400
