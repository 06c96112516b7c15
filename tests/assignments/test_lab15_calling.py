"""What `calling` of lab 15 makes of answers, whatever they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.course.code import PACKAGE, load_file
from grader.judge.alternatives import Reading, Situation
from grader.wire.values import Model

calling = load_file(Path(__file__).parents[2] / "assignments" / "lab15" / "calling" / PACKAGE)

FEATURES = np.ones((2, 3, 4), dtype=np.float32)
WEIGHTS = np.array([[1, 2], [5, 6], [3, 4]], dtype=np.float32)
ODD = [1.0, True, None, "x", np.array(1.0), np.array([]), [[1.0], [1.0, 2.0]], [], {}, {"a": 1}, 10**400, [10**400]]
ODD += [[np.zeros((3, 4)), np.zeros(3)], (np.array([0, 2]), 7), object(), 1j]


@pytest.mark.parametrize("answer", ODD, ids=lambda answer: "object" if type(answer) is object else repr(answer))
def test_no_answer_makes_the_look_for_a_class_raise(answer: Any) -> None:
    """Protects the verdict: a number, or a list of uneven parts, was once the grader's fault, and had no score."""
    found = calling.maps.map_of_picture_alone(answer, FEATURES, WEIGHTS, 0)
    assert (found.answer if isinstance(found, Reading) else found) is answer
    assert calling.maps.map_of_class(answer, FEATURES, WEIGHTS, 0) is answer


def test_the_map_of_the_class_is_picked() -> None:
    """Protects functions that answer with the maps of all classes, and those that nobody can tell a class; who leaves out the
    parameter for it gets no other class's points."""
    maps = np.arange(36.0).reshape(3, 3, 4)
    assert calling.maps.map_of_picture_alone(maps, FEATURES, WEIGHTS, 2) is not None
    assert np.array_equal(calling.maps.map_of_picture_alone(list(maps[None]), FEATURES, WEIGHTS, 2), maps[2])
    for single in (maps[0], (maps[0], 1), {"cam": maps[0], "class": 1}):
        likeliest = calling.maps.map_of_picture_alone(single, FEATURES, WEIGHTS, 2)
        assert likeliest.answer is single
        assert likeliest.asked[2] == 1
    whole = calling.alternatives_cam((FEATURES, WEIGHTS, 2), Situation(None, Model("")))  # type: ignore[arg-type]
    read = next(one.read for one in whole if one.id == "all classes")
    assert np.array_equal(read(maps), maps[2])
    assert np.array_equal(read(maps[0]), maps[0])


def test_the_map_of_the_class_is_picked_where_classes_are_the_last_axis() -> None:
    """Protects `features.permute(1, 2, 0) @ W.T`; and those whose first axis is the classes, where both might be meant."""
    maps = np.arange(36.0).reshape(3, 3, 4)
    last = np.moveaxis(maps, 0, -1)
    assert np.array_equal(calling.maps.map_of_class(last, FEATURES, WEIGHTS, 2), maps[2])
    assert np.array_equal(calling.maps.map_of_class([last], FEATURES, WEIGHTS, 2), maps[2])
    square = np.arange(27.0).reshape(3, 3, 3)
    assert np.array_equal(calling.maps.map_of_class(square, np.ones((2, 3, 3)), WEIGHTS, 2), square[2])
    colours = np.zeros((6, 8, 3))
    assert calling.maps.map_of_class(colours, FEATURES, WEIGHTS, 2) is colours


def test_a_picture_whose_size_a_map_is_to_have() -> None:
    """Protects the map from the wrong two sides of a picture: an array has them first, a batch last, and both are no error."""
    listed = calling.alternatives_cam((FEATURES, WEIGHTS, 2), Situation(None, Model("")))  # type: ignore[arg-type]
    frame = next(one for one in listed if one.id == "frame of that size")
    assert frame.probe.fits(np.ones((1, 224, 224)))
    assert not any(frame.probe.fits(answer) for answer in (np.ones((224, 3)), np.ones((2, 3)), "x", None, [[1], [1, 2]]))


def test_sizes_that_are_written_in_are_met() -> None:
    """Protects loops over 2048 channels, and maps of 7 x 7: what is added is zero, so that the map is that of what was given, in
    the middle of such cells; and no way to ask is missing where the features are as large, or larger."""
    listed = calling.alternatives_cam((FEATURES[None], WEIGHTS, 2), Situation(None, Model("")))  # type: ignore[arg-type]
    channels, cells = ({one.id: one for one in listed}[name] for name in ("2048 channels", "2048 channels of 7 x 7"))
    for one, shape in ((channels, (1, 2048, 3, 4)), (cells, (1, 2048, 7, 7))):
        maps, rows, class_idx = one.asked
        assert (maps.shape, rows.shape, class_idx) == (shape, (3, 2048), 2)
        assert one.roles["features"] is maps
        found = np.tensordot(rows[2], maps[0], axes=1)
        assert np.array_equal(found if one is channels else found[2:5, 1:5], np.tensordot(WEIGHTS[2], FEATURES, axes=1))
        assert not found.sum() - np.tensordot(WEIGHTS[2], FEATURES, axes=1).sum()
    large = calling.alternatives_cam((np.ones((4096, 9, 3)), np.ones((3, 4096)), 2), Situation(None, Model("")))  # type: ignore[arg-type]
    assert [one.id for one in large] == [one.id for one in listed]


def test_weights_of_a_smaller_network_fit_into_those_of_resnet50() -> None:
    """Protects code with 1000 x 2048 in it, and the judgement: the network keeps the test's numbers and its mode, what comes must
    be the larger matrix, and a network that is larger than a ResNet50 is given as it is alone."""

    class Reference:
        def __init__(self, *shape: int) -> None:
            self.weights = np.full(shape, 0.5, dtype=np.float32)

        def fc_weights(self, model: Model) -> np.ndarray:
            return self.weights

    small = Model("narrow", state={"fc.weight": np.ones((2, 3))}).training()
    listed = calling.alternatives_fc_weights((small,), Situation(Reference(2, 3), Model("narrow")))  # type: ignore[arg-type]
    (network,) = next(one.asked for one in listed if one.id == "1000 classes, 2048 channels")
    assert (network.name, network.in_training, list(network.state)) == ("resnet50", True, ["fc.weight"])
    whole = network.state["fc.weight"]
    assert (whole.shape, whole[:2, :3].tolist(), whole.sum()) == ((1000, 2048), [[0.5] * 3] * 2, 3)
    large = calling.alternatives_fc_weights((small,), Situation(Reference(2, 4096), Model("narrow")))  # type: ignore[arg-type]
    assert all(one.asked is None for one in large)
    same = calling.alternatives_fc_weights((small,), Situation(Reference(1000, 2048), Model("narrow")))  # type: ignore[arg-type]
    assert [one.asked for one in same if one.id == "1000 classes, 2048 channels"] == [(small,)]


def test_ways_to_show_the_network_a_picture_are_the_same_for_all_maps() -> None:
    """Protects the run from the grader's fault where a way that worked is not there for the next map; and who takes no class:
    the network itself decides on that of the test."""
    large = np.ones((2, 9, 8), dtype=np.float32)
    ways = [calling.alternatives_cam((maps, WEIGHTS, 2), Situation(None, Model("narrow"))) for maps in (FEATURES, large)]  # type: ignore[arg-type]
    assert [one.id for one in ways[0]] == [one.id for one in ways[1]]
    by_id = {one.id: one for one in ways[0]}
    for name in ("photo, decided", "network, frame and weights", "network, path and weights of ResNet50"):
        network = by_id[name].roles["model"]
        assert int(network.outputs["fc"].argmax()) == 2
    whole = by_id["network, frame and weights of ResNet50"]
    maps, rows, class_idx = whole.asked
    assert (maps.shape, rows.shape, class_idx) == ((2048, 7, 7), (len(WEIGHTS), 2048), 2)
    given = whole.roles["weights"]
    assert (given.shape, np.array_equal(given[: len(WEIGHTS)], rows), given[len(WEIGHTS) :].any()) == ((1000, 2048), True, False)
    assert whole.asked == next(one.asked for one in ways[0] if one.id == "network, path and weights of ResNet50")
    assert (whole.roles["frame"].shape, whole.roles["frame"].dtype) == ((224, 224, 3), np.uint8)
    assert np.array_equal(np.tensordot(rows[2], maps, axes=1)[2:5, 1:5], np.tensordot(WEIGHTS[2], FEATURES, axes=1))


@pytest.mark.parametrize("answer", ODD, ids=lambda answer: "object" if type(answer) is object else repr(answer))
def test_no_answer_makes_the_look_for_the_decision_raise(answer: Any) -> None:
    """Protects the verdict, as above, and takes none of these for a map of the class that the network decided on."""
    assert not calling.pictured._follows_the_decision(answer)


def test_who_follows_the_decision_is_known() -> None:
    """Protects a map among other results, and those of all classes; the map of another class is no sign of it."""
    maps = np.tensordot(calling.maps.ROWS, calling.maps.CELLS, axes=1)
    follows = calling.pictured._follows_the_decision
    assert all(map(follows, (maps[2], (maps[2], 2), {"cam": maps[2], "class": 2}, maps, maps[None])))
    assert not any(map(follows, (maps[0], (maps[1], 1), -maps[2], np.roll(maps, 1, axis=0), calling.maps.CELLS.sum(axis=0))))


def asked(part: str, identifier: str, *arguments: Any) -> Any:
    """What another way to ask gives a function."""
    listed = getattr(calling, f"alternatives_{part}")(arguments, Situation(None, Model("")))  # type: ignore[arg-type]
    return next(one.roles for one in listed if one.id == identifier)


def test_boxes_are_offered_as_people_keep_them() -> None:
    """Protects suppressions of detectors' predictions, of boxes with named sides, and of objects with a box and a score."""
    boxes = np.array([[1, 2, 3, 4], [5, 6, 7, 8]], dtype=np.float32)
    scores = np.array([0.5, 0.25], dtype=np.float32)
    names = ("prediction", "named boxes", "pairs, scores first")
    ways = {name: asked("nms", name, boxes, scores, 0.5)["boxes"] for name in names}
    assert np.array_equal(ways["prediction"]["boxes"], boxes)
    assert np.array_equal(ways["prediction"]["scores"], scores)
    assert [box["y2"] for box in ways["named boxes"]] == [4, 8]
    assert ways["pairs, scores first"][1] == (0.25, [5, 6, 7, 8])
    inside = asked("nms", "named boxes in entries", boxes, scores, 0.5)["boxes"]
    assert [(entry["box"]["x1"], entry["score"]) for entry in inside] == [(1, 0.5), (5, 0.25)]
    flat = asked("nms", "named entries", boxes, scores, 0.5)["boxes"]
    assert [(entry["x1"], entry["box"], entry["score"]) for entry in flat][1] == (5, [5, 6, 7, 8], 0.25)


def test_a_table_of_named_columns_begins_with_the_boxes() -> None:
    """Protects `df.values[:, :4]` beside `df["xmin"]`, and kept rows: of all their columns the first are read, one of which may
    be the rows' numbers; no boxes are no fault of the grader's."""
    boxes, scores = calling.nms.QUESTION
    listed = {one.id: one for one in calling.alternatives_nms((boxes, scores, 0.5), None)}
    way = listed["named columns"]
    columns = way.roles["boxes"]
    assert list(columns)[:6] == ["x1", "y1", "x2", "y2", "score", "class"]
    assert np.array_equal(np.column_stack([columns[name] for name in ("xmin", "top", "x_max", "bottom")]), boxes)
    assert np.array_equal(columns["confidence"], scores)
    rows = np.column_stack([columns[name] for name in columns])
    assert np.array_equal(way.read(rows[[1, 3]]), np.column_stack([boxes, scores, scores * 0, boxes[:, 0]])[[1, 3]])
    assert way.read([1, 3]) == [1, 3]
    assert set(listed["named columns and a least score"].roles) == {"boxes", "iou_threshold", "score_threshold"}
    assert all(len(column) == 0 for column in calling.boxes.as_columns(boxes[:0], scores[:0]).values())


def test_what_a_suppression_must_have_besides() -> None:
    """Protects `nms(boxes, scores, labels, iou_thr, score_thr, max_num)`, and a threshold in an object of settings."""
    boxes, scores = calling.nms.QUESTION
    listed = {one.id: one for one in calling.alternatives_nms((boxes, scores, 0.25), None)}
    whole = listed["labels and score_threshold and most_boxes"]
    assert whole.named
    assert (whole.roles["score_threshold"], whole.roles["most_boxes"], whole.roles["labels"].any()) == (0.0, len(boxes), False)
    assert {"labels and most_boxes", "score_threshold and most_boxes", "labels and score_threshold"} < listed.keys()
    settings = listed["settings"].roles["settings"]
    names = ("iou_threshold", "IOU_THRESHOLD", "nms_thr", "threshold", "conf_thres", "max_det")
    assert [settings[name] for name in names] == [0.25, 0.25, 0.25, 0.25, 0.0, len(boxes)]


def test_sides_have_all_their_names() -> None:
    """Protects boxes with `min_x`, `x_top_left` or `right_x`, and such as know their area; classes are made by the same names."""
    box = asked("iou", "named sides", [10, 20, 40, 60], [0, 0, 1, 1])["box1"]
    names = ("min_x", "x_top_left", "left_x", "y_start", "ymax", "br_x", "y_bottom_right", "bottom_y", "area", "xyxy")
    assert [box[name] for name in names] == [10, 10, 10, 20, 60, 40, 60, 60, 1200, [10, 20, 40, 60]]
    listed = calling.alternatives_iou(([10, 20, 40, 60], [0, 0, 1, 1]), None)  # type: ignore[arg-type]
    aliases = next(one.aliases for one in listed if one.id == "box of sides")
    assert all(name in aliases[role] for role, name in (("x1", "min_x"), ("y1", "top"), ("x2", "x_right"), ("y2", "bottom")))


def test_classes_come_before_a_largest_number() -> None:
    """Protects `nms(boxes, scores, classes)` that makes no use of classes from being told that a largest number was given."""
    listed = calling.alternatives_nms((np.zeros((1, 4)), np.ones(1), 0.5), None)
    names = [one.id for one in listed]
    assert names.index("labels") < names.index("most boxes")


def test_a_photo_is_offered_to_who_makes_a_batch_of_it_or_opens_it() -> None:
    """Protects `get_cam(image, cls)` that adds the batch axis itself, and `get_cam(img_path)`, which open the picture; and who
    tells the map's size from the picture's."""
    situation = Situation(None, Model("resnet50"))  # type: ignore[arg-type]
    listed = {one.id: one for one in calling.alternatives_cam((FEATURES, WEIGHTS, 1), situation)}
    for name in ("network and one photo", "one photo"):
        assert listed[name].roles["x"].shape == (3, 32 * FEATURES.shape[1], 32 * FEATURES.shape[2])
    for name in ("network and path", "path"):
        assert (calling.pictured.PHOTO.parent / listed[name].roles["path"]).exists()
        assert {"img_path", "image_file", "filename"} <= set(listed[name].aliases["path"])
    assert "class_idx" in listed["network and path"].roles
    assert listed["path"].read is not None


def test_a_list_of_layers_is_offered() -> None:
    """Protects extractors that must be told which layers to keep."""
    assert asked("features_map", "layers by name", Model("resnet50"), None)["layers"] == ["layer4"]


def test_a_box_of_an_own_class_is_asked_about_another() -> None:
    """Protects `Box(...).iou(other)`: the sides of the first make an object, the second comes with names for its sides."""
    first, second = [1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]
    by_sides = asked("iou", "box of sides from 0", first, second)
    assert [by_sides[name] for name in ("x0", "y0", "x1", "y1")] == first
    assert by_sides["other"] == {"x0": 5, "y0": 6, "x1": 7, "y1": 8}
    by_size = asked("iou", "box of corner and size", first, second)
    assert [by_size[name] for name in ("x", "y", "width", "height")] == [1, 2, 2, 2]
    assert [by_size["other"][name] for name in ("x", "y", "w", "h")] == [5, 6, 2, 2]
    by_list = asked("iou", "box of coordinates", first, second)
    assert (by_list["coordinates"], by_list["other"]["coords"]) == (first, second)


def reader(*columns: int, by: int) -> Callable[[np.ndarray], list[int]]:
    """A suppression that finds its four sides in these columns of a table, and its scores in another one."""

    def kept(table: np.ndarray) -> list[int]:
        left, chosen = sorted(range(len(table)), key=lambda row: -table[row, by]), []
        while left:
            best = left.pop(0)
            chosen.append(best)
            left = [row for row in left if share(table[best, columns], table[row, columns]) <= 0.5]
        return chosen

    return kept


def share(one: np.ndarray, other: np.ndarray) -> float:
    """IoU, where only the shared sides are kept from being negative."""
    shared = float(np.maximum(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0).prod())
    return shared / (float((one[2:] - one[:2]).prod() + (other[2:] - other[:2]).prod()) - shared + 1e-9)


READERS = {
    "class before score": reader(0, 1, 2, 3, by=5),
    "picture before box": reader(1, 2, 3, 4, by=5),
    "two scores": lambda table: reader(0, 1, 2, 3, by=5)(table[table[:, 6] == 0]),
    "table with classes": reader(0, 1, 2, 3, by=4),
    "table by class": lambda table: by_class(table),
    "rows": reader(2, 3, 4, 5, by=1),
}


def by_class(table: np.ndarray) -> list[int]:
    """A suppression of boxes of one class at a time, which is in the last column."""
    kept = []
    for one in np.unique(table[:, -1]):
        rows = np.flatnonzero(table[:, -1] == one)
        kept += rows[reader(0, 1, 2, 3, by=4)(table[rows])].tolist()
    return kept


def test_who_goes_by_classes_is_asked_so_before_without_them() -> None:
    """Protects `detections[:, -1]`: of a table without classes it is the scores, all different, and every box would stay."""
    listed = [one.id for one in calling.alternatives_nms((np.zeros((1, 4)), np.ones(1), 0.5), None)]
    assert listed.index("table by class") < listed.index("table")


@pytest.mark.parametrize("name", READERS)
def test_a_table_is_offered_to_who_reads_it(name: str) -> None:
    """Protects suppressions of tables in which the scores are in another column: each passes the question about its own first."""
    passed = []
    for one in calling.alternatives_nms((np.zeros((1, 4)), np.ones(1), 0.5), None):
        if one.probe is not None and len(one.probe.roles) == 2 and np.ndim(one.probe.roles["boxes"]) == 2:
            table = np.asarray(one.probe.roles["boxes"])
            try:
                kept = READERS[name](table)
            except IndexError:
                continue
            mask = np.isin(np.arange(len(table)), kept)
            fits = {one.probe.fits(answer) for answer in (kept, mask, table[kept], [table[row].tolist() for row in kept])}
            assert len(fits) == 1
            passed += [one.id] * fits.pop()
    assert passed[:1] == [name] * (name != "table with classes")


def test_a_least_score_beside_a_table_or_rows() -> None:
    """Protects `nms(boxes, iou_threshold, obj_threshold)` with the scores behind the corners: it was asked with rows that begin
    with class and score, since a third number is mostly wanted beside these. Each reader passes its own question alone."""
    listed = calling.alternatives_nms((np.zeros((1, 4)), np.ones(1), 0.5), None)
    probes = {one.id: one.probe for one in listed if one.probe is not None and len(one.probe.roles) == 3 and one.id != "labels"}
    own = {"table and a number": reader(0, 1, 2, 3, by=4), "rows and a number": reader(2, 3, 4, 5, by=1)}
    for name, probe in probes.items():
        if name in own:
            table = np.asarray(probe.roles["boxes"])
            assert {one for one, reads in own.items() if probe.fits(reads(table))} == {name}
    assert set(own) <= set(probes)
    names = [one.id for one in listed]
    assert names.index("table") < names.index("table and a number") < names.index("rows with class and score")


def test_masks_of_several_channels_are_announced() -> None:
    """Protects `dice_loss(input, target, multiclass=False)`, which refuses four axes unless it is told of them."""
    assert asked("dice", "several channels", np.zeros((1, 2, 4, 4)), np.zeros((1, 2, 4, 4)))["multiclass"] is True


def test_a_number_of_masks_is_no_smoothing_term() -> None:
    """Protects `dice_loss(inputs, targets, num_masks)`, whose loss became seven digits long when divided by almost nothing."""
    assert asked("dice", "masks", np.zeros((4, 4)), np.zeros((4, 4)))["masks"] == 1
    listed = calling.alternatives_dice((np.zeros((4, 4)), np.zeros((4, 4))), None)  # type: ignore[arg-type]
    assert (listed[0].id, listed[0].named) == ("masks", True)


def test_a_size_or_a_layer_that_must_be_given() -> None:
    """Protects `cam(features, weights, k, size)`, and `cam(model, x, target_layer, k)` of a network that is run in there."""
    assert [asked("cam", name, FEATURES, WEIGHTS, 1)["size"] for name in ("size", "two sizes")] == [224, (224, 224)]
    situation = Situation(None, Model("resnet50"))  # type: ignore[arg-type]
    listed = {one.id: one for one in calling.alternatives_cam((FEATURES, WEIGHTS, 1), situation)}
    assert listed["network, photo and name"].roles["layer"] == "layer4"
    assert listed["network, photo and layer"].roles["layer"].layer == "layer4"
    both = listed["network, photo and two names"].roles
    assert (both["layer"], both["fc_layer"]) == ("layer4", "fc")
    assert [listed[f"photo and {kind}"].read is None for kind in ("name", "layer")] == [False, False]
    in_turn = ("network, photo", "photo and")
    assert all(one.named for name, one in listed.items() if name.startswith(in_turn) or "size" in name)


SUMS: dict[str, tuple[Callable[[np.ndarray, np.ndarray], Any], bool]] = {
    "product": (lambda features, row: features @ row, True),
    "enlarged": (lambda features, row: np.kron(features @ row, np.ones((32, 32))), True),
    "broadcast": (lambda features, row: (row * features).sum(0), False),
    "not summed": (lambda features, row: row * features, False),
}


@pytest.mark.parametrize("name", SUMS)
def test_channels_are_put_last_for_who_adds_up_the_last_axis(name: str) -> None:
    """Protects the error of a product of the wrong shapes, which with the channels last is none, from not being told."""
    function, passes = SUMS[name]
    listed = calling.alternatives_cam((FEATURES, WEIGHTS, 2), Situation(None, Model("")))  # type: ignore[arg-type]
    probe = next(one.probe for one in listed if one.id == "channels last")
    row = probe.roles["weights"][probe.roles["class_idx"]]
    assert probe.fits(function(probe.roles["features"], row)) is passes


@pytest.mark.parametrize("answer", ODD, ids=lambda answer: "object" if type(answer) is object else repr(answer))
def test_no_answer_makes_the_question_about_columns_raise(answer: Any) -> None:
    """Protects the verdict: what a function answers to a question of ours is no fault of the grader's."""
    probes = [one.probe for one in calling.alternatives_nms((np.zeros((1, 4)), np.ones(1), 0.5), None) if one.probe is not None]
    listed = calling.alternatives_cam((FEATURES, WEIGHTS, 0), Situation(None, Model("")))  # type: ignore[arg-type]
    probes += [one.probe for one in listed if one.probe is not None]
    assert not any(probe.fits(answer) for probe in probes)


def test_labels_that_come_back_are_no_indices() -> None:
    """Protects `return labels[keep], scores[keep], boxes[keep]`; indices without boxes stay, and such as are not all 0."""
    boxes, scores = calling.nms.QUESTION
    way = next(one for one in calling.alternatives_nms((boxes, scores, 0.5), None) if one.id == "labels")
    zeros, kept = np.zeros(2, dtype=np.int64), [1, 3]
    read = way.read((zeros, scores[kept], boxes[kept]))
    assert len(read) == 2
    assert read[0] is not zeros
    assert len(way.read((zeros[:1], scores[:1], boxes[:1]))) == 2
    for answer in (
        (zeros[:1], boxes[:1]),
        (zeros, scores[kept]),
        (np.array(kept), boxes[kept]),
        np.zeros(2),
        [0, 0],
        None,
        "x",
        (zeros, 10**400),
    ):
        assert way.read(answer) is answer or len(way.read(answer)) == len(answer)


def test_a_table_for_each_picture_is_asked_of_who_answers_for_each() -> None:
    """Protects `for pred in preds`, right or wrong, which is told of its own mistake; and who takes the pictures for boxes."""
    way = next(one for one in calling.alternatives_nms((*calling.nms.QUESTION, 0.5), None) if one.id == "batch of one table")
    (table,) = way.probe.roles["boxes"]
    for rows in ([1, 3], [0, 3], [0, 1, 2]):
        assert way.probe.fits([table[rows]])
        assert np.array_equal(way.read([table[rows]]), table[rows])
    for answer in ([], [0], table[None, :1], None, [None]):
        assert not way.probe.fits(answer)
