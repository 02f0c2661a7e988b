"""SAM-2 and its siblings with small random weights: what reaches the model, how often it is asked, and bad input.

Random weights find nothing that means anything; which way a shot is gone through is tested in
``tests/unit/tools/test_sam2_shot.py``.
"""

import json
import logging
import shutil
from dataclasses import replace

import numpy as np
import pytest

from tests.checkpoints import folders
from tests.checkpoints import sam2 as checkpoint
from tests.e2e.films import write_film, write_squares
from tests.integration.small_sam2 import HEIGHT, SIDE, SMALL, WIDTH, normalised, opened, pictures
from tests.plugins import install_built_in
from tools import pretrained
from tools.automatic_masks import grid
from tools.plugged import open_plugged
from tools.segmenters import PluggedSegmenter
from twins.errors import TwinseekError
from twinseek.library import Library


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Let small models compute by themselves: threads that wait for each other take most of the time."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """Load anew in each test: some listen to parts of the model, or break them."""
    monkeypatch.setattr(pretrained, "_PLACES", {})


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return checkpoint.build(tmp_path_factory.mktemp("weights") / "sam2")


@pytest.fixture
def asked():
    """Return a function that writes down what a part of a model is called with."""
    import torch

    hooks = []

    def listen(module):
        calls = []

        def remember(_, args, kwargs):
            calls.append((*(a.clone() for a in args if isinstance(a, torch.Tensor)), kwargs))

        hooks.append(module.register_forward_pre_hook(remember, with_kwargs=True))
        return calls

    yield listen
    for hook in hooks:
        hook.remove()


def test_pictures_reach_the_encoder_in_the_order_of_colours_and_normalised_as_documented(weights, asked):
    plugin = opened(weights)
    seen = asked(plugin.network().model.vision_encoder)
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    image[:, : WIDTH // 2] = (200, 30, 90)
    image[: HEIGHT // 3] //= 2
    plugin.segment([image])
    ((pixels, _),) = seen
    assert tuple(pixels.shape) == (1, 3, SIDE, SIDE)
    # The processor rounds to whole levels between its steps: half of one, over the smallest deviation.
    assert (pixels[0] - normalised(image)).abs().max() < 0.6 / 255 / 0.224 + 1e-3
    assert (pixels[0] - normalised(image[..., ::-1].copy())).abs().max() > 1


def test_the_grid_covers_the_whole_picture_whatever_its_shape(weights, asked):
    plugin = opened(weights)
    prompts = asked(plugin.network().model.prompt_encoder)
    plugin.segment(pictures(1))
    points = next(kwargs["input_points"] for *_, kwargs in prompts if kwargs["input_points"] is not None)
    cell = SIDE / 4
    expected = [[(x + 0.5) * cell, (y + 0.5) * cell] for y in range(4) for x in range(4)]
    np.testing.assert_allclose(points[0, :, 0].numpy(), expected, atol=1e-3)
    assert grid(2, 100, 40).tolist() == [[25, 10], [75, 10], [25, 30], [75, 30]]


def test_boxes_and_points_reach_the_model_scaled_to_the_side_of_its_input(weights, asked):
    plugin = opened(weights)
    prompts = asked(plugin.network().model.prompt_encoder)
    plugin.follow(pictures(1), [{"position": 0, "box": (16, 9, 80, 45)}, {"position": 0, "point": (120.0, 30.0)}])
    box, point = ((kwargs["input_points"], kwargs["input_labels"]) for *_, kwargs in prompts[:2])
    np.testing.assert_allclose(box[0][0, 0].numpy(), np.array([[16, 9], [80, 45]]) * (SIDE / WIDTH, SIDE / HEIGHT))
    assert box[1].flatten().tolist() == [2, 3]  # the corners, as SAM tells them
    np.testing.assert_allclose(point[0][0, 0].numpy(), np.array([[120, 30]]) * (SIDE / WIDTH, SIDE / HEIGHT))
    assert point[1].flatten().tolist() == [1]


def test_a_new_thing_is_begun_with_the_very_mask_that_was_found(weights):
    import torch

    session, (image,) = opened(weights).session(), pictures(1)
    session.show(0, image)
    logits = torch.full((SIDE // 4, SIDE // 4), -10.0)
    logits[8:16, 4:20] = 10.0
    (outline,) = session.prompt(0, {7: logits}).values()
    np.testing.assert_array_equal(outline.coarse, logits.numpy() > 0)
    rows, columns = np.nonzero(outline.mask)
    found = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert outline.mask.shape == (HEIGHT, WIDTH)
    np.testing.assert_allclose(found, (WIDTH / 8, HEIGHT / 4, WIDTH * 5 / 8, HEIGHT / 2), atol=2)


def test_every_picture_is_encoded_once_though_things_are_looked_for_and_followed_back(weights, asked):
    plugin = opened(weights, key_step=4, batch_size=4)
    encoded, decoded = (asked(getattr(plugin.network().model, part)) for part in ("vision_encoder", "mask_decoder"))
    shot = plugin.begin()
    images = pictures(18)
    for first in range(0, 18, 6):
        shot.segment(images[first : first + 6])
    # The first is looked at alone; a stretch of six ends, and with it what can be encoded ahead.
    assert [len(call[0]) for call in encoded] == [1, 4, 1, 4, 2, 4, 2]
    grids = [call for *_, call in decoded if call["multimask_output"] and call["sparse_prompt_embeddings"].shape[1] > 1]
    assert len(grids) == 5  # key frames 0, 3, 7, 11, 15, each of 16 points in one batch


def test_pictures_encoded_together_are_what_they_are_alone(weights):
    images = pictures(10)
    spots = [{"position": 5, "point": (20, 30)}, {"position": 8, "box": (40, 20, 90, 60)}]
    alone, together = (opened(weights, key_step=4, batch_size=n, dtype="float32") for n in (1, 4))
    for given in (lambda plugin: plugin.segment(images), lambda plugin: plugin.follow(images, spots)):
        for (few, sure), (many, surer) in zip(given(alone), given(together), strict=True):
            assert list(few) == list(many)
            assert surer == pytest.approx(sure, abs=1e-4)
            assert all(np.mean(few[at] != many[at]) < 1e-3 for at in few)


def test_where_memory_is_short_fewer_pictures_are_encoded_at_once_and_the_log_says_so(weights, caplog):
    import torch

    plugin, sizes = opened(weights, batch_size=8), []

    def short(_, args):
        sizes.append(len(args[0]))
        if sizes[-1] > 2:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    plugin.network().model.vision_encoder.register_forward_pre_hook(short)
    with caplog.at_level(logging.WARNING):
        assert plugin.segment(pictures(5))
    assert sizes == [1, 4, 2, 2]
    (said,) = [each for each in caplog.messages if "not enough memory" in each]
    assert said.endswith("for 4 pictures at once: it is given fewer from now on (set batch_size in [plugins.sam2])")


def test_points_are_decoded_in_batches(weights, asked):
    plugin = opened(weights, points_per_side=5, points_per_batch=10)
    decoded = asked(plugin.network().model.mask_decoder)
    plugin.segment(pictures(1))
    sizes = [call["sparse_prompt_embeddings"].shape[1] for *_, call in decoded]
    assert sizes[:3] == [10, 10, 5]


def test_what_is_held_does_not_grow_with_the_clip(weights):
    shot, images, held = opened(weights, key_step=4, most=1).begin(), pictures(8), []
    for _ in range(5):
        shot.segment(images)
        session = shot._shot._session
        inner = session._inner
        outputs = [
            each for kinds in inner.output_dict_per_obj.values() for kind in kinds.values() for each in kind.values()
        ]
        assert not any({"high_res_masks", "pred_masks"} & each.keys() for each in outputs)
        memories = sum("maskmem_features" in each for each in outputs)
        assert not inner.processed_frames
        kept = session._pictures
        held.append((len(kept._images), len(kept._encoded), len(outputs), memories))
    # Neither pictures nor features beyond a key frame; of what was begun with and of the frames since, what the next
    # one looks at.
    assert held[2:] == [(0, 0, 1 + 16, 1 + 7)] * 3


def test_names_go_on_from_one_stretch_into_the_next(weights):
    shot = opened(weights).begin()
    first, second = (shot.segment(pictures(8, seed)) for seed in (0, 1))
    assert len(first) == 3
    before, after = ({name for name, _, _ in found} for found in (first, second))
    assert 1 in before & after  # others coincide with it by chance, and make room
    assert all(name > max(before) for name in after - before)
    for _, masks, score in (*first, *second):
        assert 0 <= score <= 1
        assert {mask.shape for mask in masks.values()} == {(HEIGHT, WIDTH)}
        assert {mask.dtype for mask in masks.values()} == {np.dtype(bool)}


@pytest.mark.parametrize("family", ["edgetam", "sam3"])
def test_its_siblings_work_by_the_same_adapter(tmp_path, family, asked):
    plugin = opened(checkpoint.build(tmp_path / family, family), key_step=4)
    encoded = asked(plugin.network().model.vision_encoder)
    found = plugin.segment(pictures(6))
    assert len(found) == 3
    assert {mask.shape for masks, _ in found for mask in masks.values()} == {(HEIGHT, WIDTH)}
    assert sum(len(call[0]) for call in encoded) == 6
    spots = [
        {"position": 1, "box": (10, 10, 60, 60)},
        {"position": 1, "point": (90, 40)},
        {"position": 0, "point": (9, 9)},
    ]
    assert [sorted(masks) for masks, _ in plugin.follow(pictures(3), spots)] == [[0, 1, 2]] * 3


def test_half_precision_gives_masks_of_the_same_kind(weights):
    found = opened(weights, dtype="bfloat16").segment(pictures(3))
    assert found
    assert {mask.shape for masks, _ in found for mask in masks.values()} == {(HEIGHT, WIDTH)}


def test_the_model_is_loaded_by_the_first_call_once_and_again_after_it_was_freed(weights, monkeypatch):
    loads = []
    import tools.sam2 as module

    original = module.load_network
    monkeypatch.setattr(module, "load_network", lambda weights: (loads.append(weights), original(weights))[1])
    plugin = opened(weights)
    plugin.begin()
    assert loads == []
    plugin.segment(pictures(1))
    plugin.follow(pictures(1), [{"position": 0, "point": (1, 1)}])
    other = opened(weights, most=1, dtype="float32")
    other.segment(pictures(1))
    assert len(loads) == 1
    other.unload()
    plugin.segment(pictures(1))
    assert len(loads) == 2


def test_where_memory_is_short_fewer_points_are_decoded_at_once_and_the_log_says_so(weights, caplog):
    import torch

    plugin = opened(weights, points_per_batch=16)
    reference = opened(weights).segment(pictures(1))
    sizes = []

    def short(_, args, kwargs):
        sizes.append(kwargs["sparse_prompt_embeddings"].shape[1])
        if sizes[-1] > 4:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    plugin.network().model.mask_decoder.register_forward_pre_hook(short, with_kwargs=True)
    with caplog.at_level(logging.WARNING):
        found = plugin.segment(pictures(1))
    assert sizes[:6] == [16, 8, 4, 4, 4, 4]
    (said,) = [each for each in caplog.messages if "not enough memory" in each]
    assert said.endswith(
        "for 16 points at once: it is given fewer from now on (set points_per_batch in [plugins.sam2])"
    )
    assert len(found) == len(reference)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("mask_decoder", "not enough memory on cpu for a single point: choose smaller weights"),
        ("vision_encoder", "not enough memory on cpu for a single picture: choose smaller weights"),
        ("memory_attention", r"set \[plugins.sam2\] most lower, or take a smaller checkpoint"),
    ],
)
def test_where_not_even_the_least_fits_a_sentence_says_what_helps(weights, part, said):
    import torch

    def none(*_, **__):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    plugin = opened(weights)
    getattr(plugin.network().model, part).register_forward_pre_hook(none, with_kwargs=True)
    with pytest.raises((MemoryError, TwinseekError), match=said):
        plugin.segment(pictures(3))


def test_where_no_mask_is_good_enough_there_are_no_tracks(weights, asked):
    plugin = opened(weights, predicted_iou=1.0, key_step=4)
    encoded = asked(plugin.network().model.vision_encoder)
    assert plugin.segment(pictures(8)) == []
    assert len(encoded) == 3  # only key frames are looked at


def test_of_very_many_masks_the_surest_are_looked_at_further(weights, monkeypatch, caplog):
    monkeypatch.setattr("tools.automatic_masks.MOST_CANDIDATES", 20)
    plugin = opened(weights, points_per_side=8, points_per_batch=16)
    session = plugin.session()
    session.show(0, pictures(1)[0])
    with caplog.at_level(logging.WARNING):
        found = session.look(0)
    assert len(found) == 20
    assert "masks: the 20 surest are looked at" in caplog.text
    monkeypatch.undo()
    everything = session.look(0)
    assert [each.score for each in found] == pytest.approx([each.score for each in everything[:20]])
    assert len(everything) > 20


def test_the_filters_hold(weights):
    session = opened(weights).session()
    session.show(0, pictures(1)[0])
    generator = session._network.generator
    limits = generator._limits
    areas, scores = zip(*((each.mask.mean(), each.score) for each in session.look(0)), strict=True)
    generator._limits = replace(limits, largest=float(np.median(areas)))
    assert max(each.mask.mean() for each in session.look(0)) <= np.median(areas)
    generator._limits = replace(limits, predicted_iou=float(np.median(scores)))
    assert min(each.score for each in session.look(0)) >= np.median(scores)
    generator._limits = replace(limits, box_nms=0.01)
    assert len(session.look(0)) < len(areas)


def test_a_mask_counts_where_its_outline_is_sharp_and_it_is_neither_a_speck_nor_the_ground(weights):
    import torch

    generator = opened(weights, stability=0.95, smallest=0.01, largest=0.6).network().generator
    logits = torch.full((4, 32, 32), -10.0)
    logits[0, 8:16, 8:16] = 10.0
    logits[1, 8:16, 8:16] = 0.5  # gone where the threshold is moved by one
    logits[2, 8, 8] = 10.0
    logits[3] = 10.0
    kept, scores = generator._filtered(logits, torch.tensor([0.6, 0.7, 0.8, 0.9]))
    assert scores.tolist() == pytest.approx([0.6])
    assert kept.equal(logits[:1])


def test_of_two_masks_in_one_place_the_surer_one_is_kept_however_thin_they_are(weights):
    import torch

    generator = opened(weights, box_nms=0.7).network().generator
    logits = torch.full((3, 32, 32), -10.0)
    logits[:2, 4:20, 7] = 10.0  # boxes that ended before their last pixel would have no area
    logits[2, 4:20, 9] = 10.0
    assert [each.score for each in generator._apart(logits, torch.tensor([0.5, 0.75, 0.25]))] == [0.75, 0.25]


def damaged(folder, what):
    if what == "config":
        (folder / "config.json").unlink()
    elif what == "other":
        (folder / "config.json").write_text(json.dumps({"model_type": "owlv2"}))
    elif what == "processor":
        (folder / "processor_config.json").unlink()
    elif what == "name":
        (folder / "model.safetensors").rename(folder / "other.safetensors")
    elif what == "pickle":
        (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    else:
        file = folder / "model.safetensors"
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    return folder


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("config", "the weights of the plugin sam2 cannot be used: .*copy has no config.json"),
        ("other", "holds a 'owlv2' model, not edgetam_video or sam2_video or sam3_tracker_video or sam3_video"),
        ("pickle", "has pickled weights only"),
        ("processor", "has no preprocessor_config.json, which says how pictures are prepared: fetch it too"),
        ("name", "has neither model.safetensors nor model.safetensors.index.json"),
        ("cut", "model.safetensors is damaged"),
    ],
)
def test_a_folder_that_cannot_be_loaded_is_refused_before_any_work(weights, tmp_path, monkeypatch, what, said):
    install_built_in(tmp_path, monkeypatch)
    folder = damaged(shutil.copytree(weights, tmp_path / "copy"), what)
    with pytest.raises(TwinseekError, match=said):
        open_plugged([PluggedSegmenter], "sam2", {"weights": str(folder)})


def test_weights_of_another_model_under_the_right_name_are_refused_by_what_they_lack(weights, tmp_path):
    from safetensors.numpy import load_file, save_file

    folder = shutil.copytree(weights, tmp_path / "copy")
    kept = {name: each for name, each in load_file(folder / "model.safetensors").items() if "memory" not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(TwinseekError, match=r"lacks \d+ of its weights \(memory_attention.*fetch it again"):
        opened(folder).segment(pictures(1))


@pytest.mark.parametrize("part", ["mask_decoder", "memory_attention"])
def test_what_is_no_number_is_an_error_and_not_an_empty_picture(weights, tmp_path, part):
    folder = shutil.copytree(weights, tmp_path / "copy")
    folders.no_numbers(folder, part)
    with pytest.raises(ValueError, match="gives no numbers: its weights are damaged, or overflow in half precision"):
        opened(folder).segment(pictures(3))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"weights": None}, "it has no weights: set"),
        ({"most": 0}, "most is 0: give a whole number from 1 on"),
        ({"most": 2.5}, "most is 2.5: give a whole number"),
        ({"covered": 1.5}, "covered is 1.5: give a share, 0 to 1"),
        ({"covered": "half"}, "covered is 'half': give a share"),
        ({"dtype": "int8"}, "its dtype is 'int8', not one of auto, float32, float16, bfloat16"),
        ({"points": 3}, "it has no setting 'points': choose of batch_size, box_nms, covered"),
    ],
)
def test_settings_that_mean_nothing_are_refused(weights, settings, said):
    with pytest.raises(ValueError, match=said):
        opened(weights, **settings)


def test_a_spot_outside_of_the_pictures_is_refused(weights):
    with pytest.raises(ValueError, match="is no spot in 1 pictures: give position and box or point"):
        opened(weights).follow(pictures(1), [{"position": 1, "point": (1, 1)}])


def test_a_profile_that_names_it_makes_whole_twins_of_real_video(weights, tmp_path, monkeypatch):
    install_built_in(tmp_path, monkeypatch)
    clips = tmp_path / "clips"
    clips.mkdir()
    write_squares(clips / "squares.mp4", frames=80)
    write_film(clips / "tall.mp4", frames=40, size=(90, 160), rotate=90)
    given = {"index": {"segmenter": "sam2", "text": False}, "plugins": {"sam2": {"weights": str(weights), **SMALL}}}
    with Library.open(tmp_path / "library", create=True, **given) as library:
        report = library.index([clips], jobs=1)
        assert not report.failed
        for video_id in library.video_ids():
            twin, geometry = library.twin(video_id), library.store.geometry(video_id)
            assert twin.tracks
            assert {track.source for track in twin.tracks} == {"segmenter:sam2"}
            source = twin.sources["segmenter:sam2"]
            assert (source.specialist, source.version.split("+")[0]) == ("sam2", "1")
            assert twin.facts
            with library.store.masks(video_id) as masks:
                for name in geometry.track_ids:
                    frames = masks.frames(name)
                    assert len(frames) > len(geometry.seconds) / 2
                    sizes = {masks.mask(name, index).shape for index in frames}
                    assert sizes == {(twin.height, twin.width)}


NONE = r"the plugin sam2 of twinseek cannot be used: it cannot be built: it has no weights: set "
EMPTY = "the weights of the plugin sam2 cannot be used: . has no .safetensors file"


@pytest.mark.parametrize(("settings", "said"), [({}, NONE), ({"weights": "."}, EMPTY)])
def test_a_profile_without_weights_stops_the_index_before_any_work(tmp_path, monkeypatch, settings, said):
    install_built_in(tmp_path, monkeypatch)
    write_film(tmp_path / "clip.mp4")
    given = {"index": {"segmenter": "sam2"}, "plugins": {"sam2": settings}}
    with Library.open(tmp_path / "library", create=True, **given) as library:
        with pytest.raises(TwinseekError, match=said):
            library.index([tmp_path / "clip.mp4"], jobs=1)
        assert library.video_ids() == []
