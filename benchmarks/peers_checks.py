"""Lab 15's tests as they would be written for nbgrader or otter-grader: plain asserts on the six functions, in their kernel.

The same kinds of inputs as in `assignments/lab15/tests`, fewer forward passes. Its source is put into a test cell (nbgrader) and
into test files (otter); it must not import anything that a student's environment lacks. `CHECKS` gives for each part the name
of the function that is asked for, its points, the checks that are public, and those that are hidden.
"""

# ruff: noqa: D103  each check says in its name what it checks
import numpy as np
import torch
import torchvision

_NETWORKS = {}


def _network(name):
    if name not in _NETWORKS:
        torch.manual_seed(15)
        _NETWORKS[name] = getattr(torchvision.models, name)(weights=None).eval()
    return _NETWORKS[name]


def _maps(network, pictures):
    with torch.no_grad():
        return torch.nn.Sequential(*list(network.children())[:-2])(pictures).numpy()


def _pictures(seed, count, height, width):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((count, 3, height, width), dtype=np.float32))


def _array(answer):
    return np.asarray(answer.detach().numpy() if isinstance(answer, torch.Tensor) else answer, dtype=np.float64)


def _same_maps(get_features_map, network, pictures):
    network.eval()
    expected = _maps(network, pictures)
    answer = _array(get_features_map(network, pictures))
    assert answer.shape == expected.shape
    assert np.allclose(answer, expected, rtol=1e-4, atol=1e-4)


def one_picture(get_features_map):
    _same_maps(get_features_map, _network("resnet50"), _pictures(1, 1, 64, 64))


def batch_of_three(get_features_map):
    _same_maps(get_features_map, _network("resnet18"), _pictures(2, 3, 64, 64))


def wide_picture(get_features_map):
    _same_maps(get_features_map, _network("resnet50"), _pictures(3, 1, 64, 128))


def two_networks_in_turn(get_features_map):
    picture = _pictures(4, 1, 64, 64)
    _same_maps(get_features_map, _network("resnet18"), picture)
    _same_maps(get_features_map, _network("resnet50"), picture)


def model_in_training_mode(get_features_map):
    network, picture = _network("resnet18"), _pictures(5, 2, 64, 64)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    expected = _maps(network, picture)
    network.train()
    assert np.allclose(_array(get_features_map(network, picture)), expected, rtol=1e-4, atol=1e-4)
    network.eval()
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def weights_of_resnet50(get_fc_weights):
    assert np.allclose(_array(get_fc_weights(_network("resnet50"))), _network("resnet50").fc.weight.detach().numpy())


def weights_of_resnet18(get_fc_weights):
    assert np.allclose(_array(get_fc_weights(_network("resnet18"))), _network("resnet18").fc.weight.detach().numpy())


def _same_cam(compute_cam, seed, channels, height, width, classes, class_idx, batch=False):
    rng = np.random.default_rng(seed)
    features = np.maximum(rng.standard_normal((channels, height, width), dtype=np.float32), 0)
    weights = rng.standard_normal((classes, channels), dtype=np.float32)
    expected = np.tensordot(weights[class_idx].astype(np.float64), features.astype(np.float64), axes=1)
    given = torch.from_numpy(features[None] if batch else features)
    answer = np.squeeze(_array(compute_cam(given, torch.from_numpy(weights), class_idx)))
    assert answer.shape == expected.shape
    scaled = [(one - one.min()) / np.ptp(one) for one in (answer, expected)]
    assert np.allclose(*scaled, atol=1e-3)


def square_map(compute_cam):
    _same_cam(compute_cam, 11, 2048, 7, 7, 5, 3)


def rectangular_map(compute_cam):
    _same_cam(compute_cam, 12, 2048, 4, 7, 6, 2)


def classes_that_are_asked_for(compute_cam):
    for class_idx in (5, 0, 3):
        _same_cam(compute_cam, 13, 2048, 7, 7, 6, class_idx)


def batch_of_one(compute_cam):
    _same_cam(compute_cam, 14, 2048, 7, 7, 5, 4, batch=True)


def three_channels(compute_cam):
    _same_cam(compute_cam, 15, 3, 6, 7, 3, 1)


def _iou(first, second):
    sides = np.clip(np.minimum(first[2:], second[2:]) - np.maximum(first[:2], second[:2]), 0, None)
    shared = sides.prod()
    return shared / (np.prod(first[2:] - first[:2]) + np.prod(second[2:] - second[:2]) - shared)


def _same_iou(iou, first, second):
    first, second = np.array(first, dtype=np.float32), np.array(second, dtype=np.float32)
    for one, two in ((first, second), (second, first)):
        assert abs(float(iou(torch.from_numpy(one), torch.from_numpy(two))) - _iou(one.astype(float), two.astype(float))) < 1e-3


def boxes_that_overlap(iou):
    _same_iou(iou, (10, 20, 60, 80), (30, 40, 90, 100))


def boxes_far_from_the_origin(iou):
    _same_iou(iou, (700, 650, 780, 700), (724, 660, 796, 724))


def boxes_apart(iou):
    _same_iou(iou, (100, 100, 160, 170), (210, 230, 250, 290))


def box_within_a_box(iou):
    _same_iou(iou, (100, 100, 300, 220), (150, 130, 250, 180))


def boxes_in_shares_of_the_picture(iou):
    _same_iou(iou, (0.2, 0.3, 0.5, 0.5), (0.3, 0.35, 0.6, 0.6))


def _same_dice(dice_loss, mask, prediction):
    expected = 1 - 2 * (mask * prediction).sum() / (mask.sum() + prediction.sum())
    mask, prediction = (torch.from_numpy(one.astype(np.float32)) for one in (mask, prediction))
    assert abs(float(dice_loss(mask, prediction)) - expected) < 1e-3


def _mask(height, width, top, left, bottom, right):
    mask = np.zeros((height, width))
    mask[top:bottom, left:right] = 1
    return mask


def perfect_prediction(dice_loss):
    _same_dice(dice_loss, _mask(100, 160, 10, 20, 90, 100), _mask(100, 160, 10, 20, 90, 100))


def nothing_shared(dice_loss):
    _same_dice(dice_loss, _mask(120, 200, 10, 10, 110, 90), _mask(120, 200, 10, 110, 110, 190))


def random_probabilities(dice_loss):
    mask = _mask(128, 192, 16, 24, 112, 120)
    _same_dice(dice_loss, mask, np.clip(0.6 * mask + np.random.default_rng(21).uniform(0, 0.4, mask.shape), 0, 1))


def batch_of_masks(dice_loss):
    masks = np.stack([_mask(80, 100, 5, 5, 75, 95), _mask(80, 100, 30, 30, 60, 70)])[:, None]
    _same_dice(dice_loss, masks, np.clip(0.5 * masks + np.random.default_rng(22).uniform(0.05, 0.45, masks.shape), 0, 1))


def _same_nms(nms, boxes, scores, threshold):
    boxes, scores = np.array(boxes, dtype=np.float32), np.array(scores, dtype=np.float32)
    left, kept = list(np.argsort(-scores)), []
    while left:
        kept.append(int(left[0]))
        left = [other for other in left[1:] if _iou(boxes[kept[-1]].astype(float), boxes[other].astype(float)) <= threshold]
    answer = nms(torch.from_numpy(boxes), torch.from_numpy(scores), threshold)
    assert [int(one) for one in answer] == kept


def two_objects(nms):
    _same_nms(
        nms, [(310, 200, 400, 300), (300, 200, 390, 300), (600, 210, 690, 300), (604, 214, 694, 300)], [0.6, 0.9, 0.7, 0.8], 0.5
    )


def nothing_overlaps(nms):
    _same_nms(nms, [(100, 100, 150, 150), (300, 300, 360, 380), (500, 100, 560, 170)], [0.2, 0.9, 0.5], 0.5)


def one_object(nms):
    _same_nms(nms, [(300 + k, 300 + k, 450, 400) for k in range(6)], [0.3, 0.9, 0.8, 0.7, 0.6, 0.5], 0.5)


def low_scores(nms):
    _same_nms(nms, [(100, 100, 190, 190), (115, 100, 205, 190), (300, 100, 390, 160)], [0.1, 0.24, 0.01], 0.5)


def crowd(nms):
    rng = np.random.default_rng(31)
    corners = rng.uniform(100, 600, (60, 2))
    boxes = np.concatenate([corners, corners + rng.uniform(60, 160, (60, 2))], axis=1)
    _same_nms(nms, boxes, rng.permutation(60) / 60, 0.4)


CHECKS = {
    "features_map": (
        "get_features_map",
        25,
        [one_picture],
        [batch_of_three, wide_picture, two_networks_in_turn, model_in_training_mode],
    ),
    "fc_weights": ("get_fc_weights", 10, [weights_of_resnet50], [weights_of_resnet18]),
    "cam": ("compute_cam", 25, [square_map], [rectangular_map, classes_that_are_asked_for, batch_of_one, three_channels]),
    "iou": (
        "iou",
        15,
        [boxes_that_overlap],
        [boxes_far_from_the_origin, boxes_apart, box_within_a_box, boxes_in_shares_of_the_picture],
    ),
    "dice": ("dice_loss", 10, [perfect_prediction], [nothing_shared, random_probabilities, batch_of_masks]),
    "nms": ("nms", 15, [two_objects], [nothing_overlaps, one_object, low_scores, crowd]),
}
