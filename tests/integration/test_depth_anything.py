"""Depth-Anything with few random weights: what reaches the model, and what becomes of its answers."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from tests.checkpoints import depth_anything, folders
from tests.e2e.films import write_squares
from tests.plugins import ROOT, install_built_in
from tools import pretrained
from tools.depth_anything import _load
from tools.depths import PluggedDepth
from tools.plugged import open_plugged
from twins.errors import TwinseekError
from twinseek.library import Library

RED = np.zeros((120, 200, 3), np.uint8)
RED[..., 0] = 255


@pytest.fixture(scope="module")
def relative(tmp_path_factory):
    return depth_anything.build(tmp_path_factory.mktemp("depth") / "relative")


@pytest.fixture(scope="module")
def metric(tmp_path_factory):
    return depth_anything.build(tmp_path_factory.mktemp("depth") / "metric", metric=True)


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """Return a function that opens the plugin as the index does."""
    install_built_in(tmp_path, monkeypatch)
    return lambda weights, **settings: open_plugged(
        [PluggedDepth], "depth_anything", {"weights": str(weights), **settings}
    )


def model_of(depth):
    return pretrained.loaded(depth.plugin._weights, _load)[0]


@pytest.fixture
def watch():
    """Return a function that puts a hook on a model, or in its place; they are taken off again."""
    handles = []
    yield lambda handle: handles.append(handle)
    for handle in handles:
        handle.remove()


@pytest.fixture
def seen(watch):
    """Return a function that keeps what reaches the model of a plugin, picture by picture."""

    def seen(depth):
        shown = []
        watch(
            model_of(depth).register_forward_pre_hook(
                lambda _, args, kwargs: shown.append(kwargs["pixel_values"]), with_kwargs=True
            )
        )
        return shown

    return seen


def saying(depth, watch, change):
    """Let the model of a plugin answer what a function makes of its (n, h, w) depths."""

    def hook(_module, _args, output):
        output.predicted_depth = change(output.predicted_depth)
        return output

    watch(model_of(depth).register_forward_hook(hook))


def test_red_reaches_the_model_first_and_normalised_at_a_multiple_of_fourteen(opened, relative, seen):
    depth = opened(relative)
    shown = seen(depth)
    depth.nearness([RED])
    (pixels,) = shown
    # 120 x 200 at 70 pixels of height: the width would be 117, and 8 times 14 is nearest to that.
    assert tuple(pixels.shape) == (1, 3, 70, 112)
    wanted = [(1 - 0.485) / 0.229, -0.456 / 0.224, -0.406 / 0.225]
    assert pixels.mean(dim=(0, 2, 3)).tolist() == pytest.approx(wanted, abs=1e-4)
    assert float(pixels.std(dim=(2, 3)).max()) < 1e-4


def test_what_the_model_says_of_a_place_is_said_of_that_place_of_the_image(opened, relative, watch):
    depth = opened(relative)

    def corner(depths):
        depths = depths * 0 + 1
        depths[:, : depths.shape[1] // 2, : depths.shape[2] // 4] = 3  # above on the left
        return depths

    saying(depth, watch, corner)
    (nearness,) = depth.nearness([RED])
    assert nearness.shape == (120, 200)
    assert nearness.dtype == np.float32
    assert nearness[:55, :45] == pytest.approx(3)
    assert nearness[65:] == pytest.approx(1)
    assert nearness[:, 55:] == pytest.approx(1)


def test_a_relative_model_says_itself_what_is_nearer_and_nothing_below_zero(opened, relative, watch):
    depth = opened(relative)
    assert depth.scale == "relative"
    saying(depth, watch, lambda depths: depths * 0 - 0.5)
    assert (depth.nearness([RED])[0] == 0).all()


@pytest.mark.parametrize(("metres", "nearness"), [(4.0, 0.25), (0.5, 2.0), (0.0, np.nan)])
def test_of_a_metric_model_nearness_is_one_through_metres(opened, metric, watch, metres, nearness):
    depth = opened(metric)
    assert depth.scale == "metric"
    saying(depth, watch, lambda depths: depths * 0 + metres)
    assert depth.nearness([RED])[0] == pytest.approx(nearness, nan_ok=True)


def test_pictures_go_through_the_model_in_batches_with_the_same_result(opened, relative, seen):
    images = [np.random.default_rng(n).integers(0, 256, (90, 160, 3), dtype=np.uint8) for n in range(8)]
    depth = opened(relative, batch_size=3)
    shown = seen(depth)
    found = depth.nearness(images)
    assert [len(pixels) for pixels in shown] == [3, 3, 2]
    assert np.ptp(found[0]) > 0.01
    for image, nearness in zip(images, found, strict=True):
        np.testing.assert_allclose(depth.plugin.nearness(image), nearness, atol=1e-4)


def test_a_gpu_that_is_too_small_for_a_batch_gets_smaller_ones(opened, relative, watch, caplog):
    import torch

    depth, sizes = opened(relative, batch_size=8), []

    def crowded(_module, _args, kwargs):
        sizes.append(len(kwargs["pixel_values"]))
        if sizes[-1] > 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    watch(model_of(depth).register_forward_pre_hook(crowded, with_kwargs=True))
    assert len(depth.nearness([RED] * 6)) == 6
    assert sizes == [6, 3, 1, 1, 1, 1, 1, 1]
    assert len([each for each in caplog.messages if "not enough memory" in each]) == 1


def test_what_is_no_number_is_unknown_and_an_error_where_nothing_is_one(opened, relative, watch):
    depth = opened(relative)

    def half(depths):
        depths[:, :, : depths.shape[2] // 2] = float("nan")
        return depths

    saying(depth, watch, half)
    (nearness,) = depth.nearness([RED])
    assert np.isnan(nearness[:, :90]).all()
    assert np.isfinite(nearness[:, 110:]).all()
    saying(depth, watch, lambda depths: depths * float("nan"))
    with pytest.raises(TwinseekError, match=r"gives no numbers: its weights are damaged.*dtype"):
        depth.nearness([RED])


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (3, 5), (2, 14), (14, 1), (2, 300), (300, 2)])
def test_the_tiniest_pictures_have_nearness_of_their_size_or_none(opened, relative, shape):
    (nearness,) = opened(relative).nearness([np.zeros((*shape, 3), np.uint8)])
    assert nearness.shape == shape
    # A picture a hundred times as wide as high would have no row of patches.
    assert np.isnan(nearness).all() == (max(shape) / min(shape) > 10)


def test_half_precision_says_the_same_but_for_rounding(opened, relative):
    image = np.random.default_rng(0).integers(0, 256, (90, 160, 3), dtype=np.uint8)
    (exact,), (half,) = opened(relative).nearness([image]), opened(relative, dtype="float16").nearness([image])
    np.testing.assert_allclose(half, exact, rtol=0.05)
    assert (half != exact).any()


def test_a_precision_that_is_written_out_is_another_version_only_where_it_is_another_precision(opened, relative):
    plain = opened(relative).provenance
    assert opened(relative, dtype="float32").provenance == opened(relative, dtype="auto").provenance == plain
    assert opened(relative, dtype="bfloat16").provenance != plain


def test_weights_are_loaded_on_the_first_picture_once_for_all_and_can_be_unloaded(opened, relative, monkeypatch):
    from transformers import DepthAnythingForDepthEstimation

    monkeypatch.setattr(pretrained, "_PLACES", {})
    loads = []
    original = DepthAnythingForDepthEstimation.from_pretrained
    monkeypatch.setattr(
        DepthAnythingForDepthEstimation, "from_pretrained", lambda *a, **k: (loads.append(k), original(*a, **k))[1]
    )
    first, second = opened(relative), opened(relative, batch_size=2)
    assert not loads
    first.nearness([RED])
    second.nearness([RED])
    (given,) = loads
    assert (given["local_files_only"], given["use_safetensors"]) == (True, True)
    first.plugin.unload()
    second.nearness([RED])
    first.nearness([RED])
    assert len(loads) == 2


def _renamed(folder, key, value):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, key: value}))


SPOILT = [
    (lambda folder: (folder / "config.json").unlink(), "has no config.json"),
    (lambda folder: (folder / "config.json").write_text("{"), "config.json is no JSON"),
    (lambda folder: _renamed(folder, "model_type", "sam2"), "holds a 'sam2' model, not depth_anything"),
    (lambda folder: _renamed(folder, "depth_estimation_type", "felt"), "says its depth is 'felt', not relative or"),
    (lambda folder: (folder / "preprocessor_config.json").unlink(), "has no preprocessor_config.json"),
    (lambda folder: (folder / "model.safetensors").rename(folder / "pytorch_model.bin"), "has pickled weights only"),
    (folders.cut, "model.safetensors is damaged"),
]


@pytest.mark.parametrize(("spoil", "said"), SPOILT)
def test_a_folder_that_will_not_do_is_refused_before_any_work(opened, relative, tmp_path, spoil, said):
    folder = shutil.copytree(relative, tmp_path / "copy")
    spoil(folder)
    with pytest.raises(TwinseekError, match=f"the (weights of the )?plugin depth_anything .*cannot be used.*{said}"):
        opened(folder)


def test_other_settings_that_will_not_do_are_refused_too(opened, relative, tmp_path):
    with pytest.raises(TwinseekError, match="its dtype is 'int8', not one of auto, float32, float16, bfloat16"):
        opened(relative, dtype="int8")
    with pytest.raises(
        TwinseekError, match="it needs weights: set its weights to a folder that holds a depth_anything"
    ):
        open_plugged([PluggedDepth], "depth_anything", {})


def test_weights_that_a_file_lacks_are_not_made_up(opened, relative, tmp_path):
    folder = shutil.copytree(relative, tmp_path / "copy")
    name = folders.without_a_tensor(folder)
    with pytest.raises(TwinseekError, match=f"lacks 1 of its weights \\({name} …\\): fetch it again"):
        opened(folder).nearness([RED])


def test_weights_that_cannot_be_loaded_stop_the_index_at_the_first_video(opened, relative, tmp_path):
    folder = shutil.copytree(relative, tmp_path / "copy")
    folders.without_a_tensor(folder)
    (tmp_path / "clips").mkdir()
    for number in range(3):
        write_squares(tmp_path / "clips" / f"{number}.mp4", frames=24 + number)
    given = {
        "index": {"depth": "depth_anything", "text": False},
        "plugins": {"depth_anything": {"weights": str(folder)}},
    }
    with Library.open(tmp_path / "library", create=True, **given) as library:
        report = library.index([tmp_path / "clips"], jobs=1)
    (said,) = report.failed.values()
    assert said.startswith(f"the plugin depth_anything failed ({folder} lacks 1 of its weights")
    assert len(report.untried) == 2


def test_weights_of_other_sizes_than_the_configuration_says_are_told_as_that(opened, relative, tmp_path, caplog):
    folder = shutil.copytree(relative, tmp_path / "copy")
    _renamed(folder, "fusion_hidden_size", 64)
    with pytest.raises(TwinseekError, match=r"has weights of other sizes than its config\.json says: fetch it again"):
        opened(folder).nearness([RED])
    assert "LOAD REPORT" not in caplog.text


def test_neither_plugin_loads_a_framework_before_it_is_asked(relative):
    code = (
        "import sys; import tools.depth_anything, tools.owlv2; from tools.plugged import SpecialistContext as C\n"
        "tools.depth_anything.build(C(1, 'cpu', {'weights': sys.argv[1]}))\n"
        "assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(relative)], check=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})


def test_a_twin_has_the_nearness_of_its_model_and_says_whose_it_is(opened, relative, metric, tmp_path, watch):
    from torch.nn.modules.module import register_module_forward_pre_hook

    clip, batches = write_squares(tmp_path / "squares.mp4"), []
    watch(
        register_module_forward_pre_hook(
            lambda module, _: batches.append(1) if type(module).__name__ == "DepthAnythingForDepthEstimation" else None
        )
    )

    def index(weights):
        events = []
        given = {"index": {"depth": "depth_anything", "text": False}, "plugins": {"depth_anything": weights}}
        with Library.open(tmp_path / "library", create=True, **given) as library:
            report = library.index([clip], jobs=1, on_event=events.append)
            assert not report.failed
            (video,) = library.video_ids()
            stages = next(event["stages"] for event in events if event["event"] == "indexed")
            return stages, library.twin(video), library.store.geometry(video)

    _, twin, geometry = index({"weights": str(relative), "batch_size": 2})
    assert len(batches) == 3  # six frames of a clip of 1.6 s
    assert geometry.nearness_scale == "relative"
    known = geometry.nearness[np.isfinite(geometry.boxes[..., 0])]
    assert np.isfinite(known).mean() > 0.9
    assert 0.1 < np.nanmedian(known) < 10
    before = twin.sources["depth:depth_anything"]
    assert (before.specialist, len(before.weights)) == ("depth_anything", 64)
    stages, twin, far = index({"weights": str(metric)})
    assert stages == ["depth", "facts", "components"]
    assert far.nearness_scale == "metric"
    # Not farther than the 20 m of this model.
    assert np.nanmin(far.nearness) >= 1 / 20
    assert twin.sources["depth:depth_anything"].weights != before.weights
