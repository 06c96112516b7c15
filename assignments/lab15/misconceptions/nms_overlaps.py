"""Of non-maximum suppression: the overlap is not the IoU of the two boxes."""

# ruff: noqa: D103 - the explanation in each decorator says what the function does

import torch

from grader.testing import misconception

from .iou import (
    from_centre,
    from_corner,
    iou_axes_paired,
    iou_dice_of_boxes,
    iou_distance,
    iou_first_area_twice,
    iou_first_area_with_the_second_height,
    iou_first_area_with_the_second_width,
    iou_floor_division,
    iou_gap_for_intersection,
    iou_generalised,
    iou_heights_only,
    iou_hull_for_intersection,
    iou_intersection_added,
    iou_intersection_only,
    iou_larger_bottom_edge_only,
    iou_larger_right_edge_only,
    iou_larger_right_edges,
    iou_mean_of_both_shares,
    iou_minus_distance,
    iou_over_first_area,
    iou_over_hull,
    iou_over_larger_area,
    iou_over_second_area,
    iou_over_smaller_area,
    iou_parentheses_missing,
    iou_pixel_in_areas_only,
    iou_second_area_twice,
    iou_second_area_with_the_first_height,
    iou_second_area_with_the_first_width,
    iou_sides_absolute,
    iou_sides_not_clamped,
    iou_smaller_left_edge_only,
    iou_smaller_left_edges,
    iou_smaller_sides,
    iou_smaller_top_edge_only,
    iou_union_counts_twice,
    iou_widths_only,
    right_iou,
)
from .nms import greedy


@misconception(
    "nms.pixel_added",
    part="nms",
    en="One pixel is added to every side (x2 - x1 + 1). The lab's coordinates are continuous and may be shares from 0 "
    "to 1: a side is x2 - x1.",
    ru="К каждой стороне прибавлен пиксель (x2 - x1 + 1). Координаты непрерывные и могут быть долями от 0 до 1: "
    "сторона равна x2 - x1.",
)
def nms_pixel_added(boxes, scores, iou_threshold):
    return greedy(boxes, scores, iou_threshold, overlap=lambda first, second: right_iou(first, second, pixel=1.0))


@misconception(
    "nms.corner_and_size",
    part="nms",
    en="Boxes were read as (x, y, width, height). They are two corners, (x1, y1, x2, y2); near the origin both look alike.",
    ru="Рамки прочитаны как (x, y, ширина, высота). Это два угла, (x1, y1, x2, y2); у начала координат разница незаметна.",
)
def nms_corner_and_size(boxes, scores, iou_threshold):
    return greedy(torch.stack([from_corner(box) for box in boxes]), scores, iou_threshold)


@misconception(
    "nms.centre_and_size",
    part="nms",
    en="Boxes were read as (centre x, centre y, width, height), as YOLO gives them. They are two corners, (x1, y1, x2, y2).",
    ru="Рамки прочитаны как (центр x, центр y, ширина, высота), как в YOLO. Это два угла, (x1, y1, x2, y2).",
)
def nms_centre_and_size(boxes, scores, iou_threshold):
    return greedy(torch.stack([from_centre(box) for box in boxes]), scores, iou_threshold)


@misconception(
    "nms.over_smaller_area",
    part="nms",
    en="Overlap is measured by the smaller area, so that small boxes within a large one are dropped. Use the IoU: "
    "intersection / (area1 + area2 - intersection).",
    ru="Перекрытие измерено по меньшей площади, и маленькие рамки внутри большой отброшены. Нужен IoU: intersection / "
    "(area1 + area2 - intersection).",
)
def nms_over_smaller_area(boxes, scores, iou_threshold):
    return greedy(boxes, scores, iou_threshold, overlap=iou_over_smaller_area)


@misconception(
    "nms.over_own_area",
    part="nms",
    en="Overlap is measured by the area of the box in question, as in the fast version that goes round the web. Use "
    "the IoU: intersection / (area1 + area2 - intersection).",
    ru="Перекрытие измерено по площади самой рамки, как в ходящей по сети «быстрой» версии. Нужен IoU: intersection / "
    "(area1 + area2 - intersection).",
)
def nms_over_own_area(boxes, scores, iou_threshold):
    return greedy(boxes, scores, iou_threshold, overlap=iou_over_second_area)


@misconception(
    "nms.over_kept_area",
    part="nms",
    en="Overlap is measured by the area of the kept box alone. Use the IoU: intersection / (area1 + area2 - intersection).",
    ru="Перекрытие измерено только по площади оставленной рамки. Нужен IoU: intersection / (area1 + area2 - intersection).",
)
def nms_over_kept_area(boxes, scores, iou_threshold):
    return greedy(boxes, scores, iou_threshold, overlap=iou_over_first_area)


@misconception(
    "nms.union_counts_twice",
    part="nms",
    en="The union counts the intersection twice, so that overlaps look smaller and rivals stay. IoU = intersection / "
    "(area1 + area2 - intersection).",
    ru="Пересечение вошло в объединение дважды, перекрытия занижены, и соперницы остаются. IoU = intersection / "
    "(area1 + area2 - intersection).",
)
def nms_union_counts_twice(boxes, scores, iou_threshold):
    return greedy(boxes, scores, iou_threshold, overlap=iou_union_counts_twice)


@misconception(
    "nms.dice_of_boxes",
    part="nms",
    en="Overlap is measured by a number larger than the IoU, so that too many boxes go: by the Dice coefficient, 2 * "
    "intersection / (area1 + area2), or with the intersection subtracted twice. IoU = intersection / (area1 + area2 - "
    "intersection).",
    ru="Перекрытие измерено числом, которое больше IoU, и отброшено слишком много рамок: коэффициентом Dice, 2 * intersection / "
    "(area1 + area2), или с дважды вычтенным пересечением. IoU = intersection / (area1 + area2 - intersection).",
)
def nms_dice_of_boxes(boxes, scores, iou_threshold):
    return greedy(boxes, scores, iou_threshold, overlap=iou_dice_of_boxes)


@misconception(
    "nms.over_larger_area",
    part="nms",
    en="Overlap is measured by the larger area. Use the IoU: intersection / (area1 + area2 - intersection).",
    ru="Перекрытие измерено по большей площади. Нужен IoU: intersection / (area1 + area2 - intersection).",
)
def nms_over_larger_area(boxes, scores, iou_threshold):
    return greedy(boxes, scores, iou_threshold, overlap=iou_over_larger_area)


@misconception(
    "nms.kept_area_twice",
    part="nms",
    en="In the union the area of the kept box counts twice, and that of the other box not at all. IoU = intersection / "
    "(area1 + area2 - intersection).",
    ru="В объединении площадь оставленной рамки учтена дважды, а площадь другой ни разу. IoU = intersection / "
    "(area1 + area2 - intersection).",
)
def nms_kept_area_twice(boxes, scores, iou_threshold):
    return greedy(boxes, scores, iou_threshold, overlap=iou_first_area_twice)


@misconception(
    "nms.rounded",
    part="nms",
    en="The IoU is rounded to one digit before it is held against the threshold: 0.54 is greater than 0.5, and 0.5 is not. "
    "Compare the number as it is.",
    ru="IoU округлён до одного знака перед сравнением с порогом: 0.54 больше 0.5, а 0.5 уже нет. Сравнивайте само число.",
)
def nms_rounded(boxes, scores, iou_threshold):
    return greedy(boxes, scores, iou_threshold, overlap=lambda first, second: round(right_iou(first, second), 1))


def _areas_of_others(slug, en, ru, in_order, skipped):
    """Areas of other boxes: `in_order` of the scores and got by the boxes' indices, or as given, one by one for the rest."""

    @misconception(
        f"nms.{slug}",
        part="nms",
        en=f"{en} In a union both areas must be those of the two boxes: areas[best] + areas[rest] - intersection, with the areas "
        "in the order in which the boxes were given.",
        ru=f"{ru} В объединение входят площади именно этих двух рамок: areas[best] + areas[rest] - intersection, где площади "
        "стоят в том порядке, в каком переданы рамки.",
    )
    def variant(boxes, scores, iou_threshold):
        areas = (boxes[:, 2:] - boxes[:, :2]).prod(1)
        left, kept = scores.argsort(descending=True, stable=True), []
        if in_order:
            areas = areas[left]
        while len(left):
            best, rest = left[0], left[1:]
            kept.append(int(best))
            sides = torch.minimum(boxes[best, 2:], boxes[rest, 2:]) - torch.maximum(boxes[best, :2], boxes[rest, :2])
            shared = sides.clamp(min=0).prod(1)
            others = areas[rest] if in_order else areas[skipped : skipped + len(rest)]
            left = rest[shared / (areas[best] + others - shared) <= iou_threshold]
        return kept

    return variant


nms_areas_sorted = _areas_of_others(
    "areas_sorted",
    "The areas were sorted by score, and are then asked for by the boxes' own indices: they belong to other boxes.",
    "Площади упорядочены по оценке, а берутся по исходным индексам рамок: это площади других рамок.",
    in_order=True,
    skipped=0,
)
nms_areas_as_given = _areas_of_others(
    "areas_as_given",
    "The boxes that are left come in the order of their scores, their areas in the order in which they were given "
    "(areas[:len(rest)]): they belong to other boxes.",
    "Оставшиеся рамки идут по порядку оценок, а их площади в том порядке, в каком рамки переданы (areas[:len(rest)]): это "
    "площади других рамок.",
    in_order=False,
    skipped=0,
)
nms_areas_as_given_from_the_second = _areas_of_others(
    "areas_as_given_from_the_second",
    "The boxes that are left come in the order of their scores, their areas in the order in which they were given "
    "(areas[1:]): they belong to other boxes.",
    "Оставшиеся рамки идут по порядку оценок, а их площади в том порядке, в каком рамки переданы (areas[1:]): это площади "
    "других рамок.",
    in_order=False,
    skipped=1,
)


@misconception(
    "nms.areas_of_boxes_as_given",
    part="nms",
    en="The boxes were put in the order of their scores, their areas were not, and both are asked for by places in that order: "
    "these are areas of other boxes. Compute them after sorting, or sort them too.",
    ru="Рамки упорядочены по оценке, а их площади нет, и те и другие берутся по местам в этом порядке: это площади других рамок. "
    "Посчитайте площади после сортировки или упорядочьте и их.",
)
def nms_areas_of_boxes_as_given(boxes, scores, iou_threshold):
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    order, kept = scores.argsort(descending=True, stable=True), []
    for place, index in enumerate(order):
        rivals = boxes[order[kept]]
        sides = torch.minimum(boxes[index, 2:], rivals[:, 2:]) - torch.maximum(boxes[index, :2], rivals[:, :2])
        shared = sides.clamp(min=0).prod(1)
        if (shared / (areas[kept] + areas[place] - shared) <= iou_threshold).all():
            kept.append(place)
    return order[kept].tolist()


@misconception(
    "nms.sides_not_clamped",
    part="nms",
    en="The sides of the intersection are not set to zero for boxes that lie apart, and two negative sides give an "
    "area: max(0, right - left) * max(0, bottom - top).",
    ru="Стороны пересечения у разнесённых рамок не ограничены нулём, и две отрицательные дают площадь: max(0, right - "
    "left) * max(0, bottom - top).",
)
def nms_sides_not_clamped(boxes, scores, iou_threshold):
    return greedy(boxes, scores, iou_threshold, overlap=iou_sides_not_clamped)


def _by(overlap):
    """A suppression whose own IoU is wrong, as a rule the one that answers the other part: the same words explain both.

    Not of those that only differ for boxes in shares of the picture: which of them it is, what is kept does not tell.
    """
    words = overlap.misconception

    @misconception(
        f"nms.by_{words.id.partition('.')[2]}",
        part="nms",
        en=f"Boxes are dropped by a wrong IoU; the suppression itself may be right. {words.en}",
        ru=f"Рамки отбрасываются по неверному IoU; само подавление может быть верным. {words.ru}",
    )
    def variant(boxes, scores, iou_threshold):
        return greedy(boxes, scores, iou_threshold, overlap=overlap)

    return variant


nms_by_axes_paired = _by(iou_axes_paired)
nms_by_sides_absolute = _by(iou_sides_absolute)
nms_by_widths_only = _by(iou_widths_only)
nms_by_heights_only = _by(iou_heights_only)
nms_by_intersection_added = _by(iou_intersection_added)
nms_by_parentheses_missing = _by(iou_parentheses_missing)
nms_by_floor_division = _by(iou_floor_division)
nms_by_larger_right_edges = _by(iou_larger_right_edges)
nms_by_smaller_left_edges = _by(iou_smaller_left_edges)
nms_by_smaller_left_edge_only = _by(iou_smaller_left_edge_only)
nms_by_smaller_top_edge_only = _by(iou_smaller_top_edge_only)
nms_by_larger_right_edge_only = _by(iou_larger_right_edge_only)
nms_by_larger_bottom_edge_only = _by(iou_larger_bottom_edge_only)
nms_by_gap_for_intersection = _by(iou_gap_for_intersection)
nms_by_hull_for_intersection = _by(iou_hull_for_intersection)
nms_by_over_hull = _by(iou_over_hull)
nms_by_generalised = _by(iou_generalised)
nms_by_intersection_only = _by(iou_intersection_only)
nms_by_distance = _by(iou_distance)
nms_by_pixel_in_areas_only = _by(iou_pixel_in_areas_only)
nms_by_second_area_twice = _by(iou_second_area_twice)
nms_by_minus_distance = _by(iou_minus_distance)
nms_by_mean_of_both_shares = _by(iou_mean_of_both_shares)
nms_by_smaller_sides = _by(iou_smaller_sides)
nms_by_first_area_with_the_second_width = _by(iou_first_area_with_the_second_width)
nms_by_first_area_with_the_second_height = _by(iou_first_area_with_the_second_height)
nms_by_second_area_with_the_first_width = _by(iou_second_area_with_the_first_width)
nms_by_second_area_with_the_first_height = _by(iou_second_area_with_the_first_height)
