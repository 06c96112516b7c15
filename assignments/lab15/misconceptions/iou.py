"""Of the intersection over union of two boxes: wrong corners, areas and unions."""

# ruff: noqa: D103 - the explanation in each decorator says what the function does

import math

import torch

from grader.testing import misconception


def _parts(box1, box2, *, pixel=0.0):
    """Intersection and the two areas, with so much added to every side."""
    left, right = torch.maximum(box1[:2], box2[:2]), torch.minimum(box1[2:], box2[2:])
    shared = (right - left + pixel).clamp(min=0).prod()
    return shared, (box1[2:] - box1[:2] + pixel).prod(), (box2[2:] - box2[:2] + pixel).prod()


def right_iou(box1, box2, *, pixel=0.0):
    shared, first, second = _parts(box1, box2, pixel=pixel)
    return float(shared / (first + second - shared))


def from_corner(box):
    return torch.cat([box[:2], box[:2] + box[2:]])


def from_centre(box):
    return torch.cat([box[:2] - box[2:] / 2, box[:2] + box[2:] / 2])


@misconception(
    "iou.pixel_added",
    part="iou",
    en="One pixel is added to every side (x2 - x1 + 1). The lab's coordinates are continuous: a side is x2 - x1.",
    ru="К каждой стороне прибавлен пиксель (x2 - x1 + 1). Координаты здесь непрерывные: сторона равна x2 - x1.",
)
def iou_pixel_added(box1, box2):
    return right_iou(box1, box2, pixel=1.0)


@misconception(
    "iou.over_first_area",
    part="iou",
    en="Intersection over the area of the first box. The denominator is the union: area1 + area2 - intersection.",
    ru="Пересечение поделено на площадь первой рамки. В знаменателе объединение: area1 + area2 - intersection.",
)
def iou_over_first_area(box1, box2):
    shared, first, _second = _parts(box1, box2)
    return float(shared / first)


@misconception(
    "iou.over_second_area",
    part="iou",
    en="Intersection over the area of the second box. The denominator is the union: area1 + area2 - intersection.",
    ru="Пересечение поделено на площадь второй рамки. В знаменателе объединение: area1 + area2 - intersection.",
)
def iou_over_second_area(box1, box2):
    shared, _first, second = _parts(box1, box2)
    return float(shared / second)


@misconception(
    "iou.over_smaller_area",
    part="iou",
    en="Intersection over the smaller area. A small box within a large one gets 1 that way; the denominator is the "
    "union: area1 + area2 - intersection.",
    ru="Пересечение поделено на меньшую площадь. Маленькая рамка внутри большой даёт тогда 1; в знаменателе "
    "объединение: area1 + area2 - intersection.",
)
def iou_over_smaller_area(box1, box2):
    shared, first, second = _parts(box1, box2)
    return float(shared / torch.minimum(first, second))


@misconception(
    "iou.over_larger_area",
    part="iou",
    en="Intersection over the larger area. The denominator is the union: area1 + area2 - intersection.",
    ru="Пересечение поделено на большую площадь. В знаменателе объединение: area1 + area2 - intersection.",
)
def iou_over_larger_area(box1, box2):
    shared, first, second = _parts(box1, box2)
    return float(shared / torch.maximum(first, second))


@misconception(
    "iou.corner_and_size",
    part="iou",
    en="Boxes were read as (x, y, width, height). They are two corners, (x1, y1, x2, y2); near the origin both look alike.",
    ru="Рамки прочитаны как (x, y, ширина, высота). Это два угла, (x1, y1, x2, y2); у начала координат разница незаметна.",
)
def iou_corner_and_size(box1, box2):
    return right_iou(from_corner(box1), from_corner(box2))


@misconception(
    "iou.centre_and_size",
    part="iou",
    en="Boxes were read as (centre x, centre y, width, height), as YOLO gives them. They are two corners, (x1, y1, x2, y2).",
    ru="Рамки прочитаны как (центр x, центр y, ширина, высота), как в YOLO. Это два угла, (x1, y1, x2, y2).",
)
def iou_centre_and_size(box1, box2):
    return right_iou(from_centre(box1), from_centre(box2))


@misconception(
    "iou.axes_paired",
    part="iou",
    en="Boxes were read as (x1, x2, y1, y2). They are two corners, (x1, y1, x2, y2).",
    ru="Рамки прочитаны как (x1, x2, y1, y2). Это два угла, (x1, y1, x2, y2).",
)
def iou_axes_paired(box1, box2):
    order = [0, 2, 1, 3]
    return right_iou(box1[order], box2[order])


def _not_clamped(box1, box2, *, pixel=0.0):
    """The IoU with sides as they come."""
    shared = (torch.minimum(box1[2:], box2[2:]) - torch.maximum(box1[:2], box2[:2]) + pixel).prod()
    areas = (box1[2:] - box1[:2] + pixel).prod() + (box2[2:] - box2[:2] + pixel).prod()
    return float(shared / (areas - shared))


@misconception(
    "iou.sides_not_clamped",
    part="iou",
    en="Negative sides are multiplied. For boxes that lie apart both ways the two negative sides give a positive "
    "area; set each side to zero first: max(0, right - left) * max(0, bottom - top).",
    ru="Перемножены отрицательные стороны. У рамок, разнесённых и по x, и по y, две отрицательные стороны дают "
    "положительную площадь; сначала каждую нужно ограничить нулём: max(0, right - left) * max(0, bottom - top).",
)
def iou_sides_not_clamped(box1, box2):
    return _not_clamped(box1, box2)


@misconception(
    "iou.area_clamped",
    part="iou",
    en="Only the product or the IoU itself is set to zero, not each side: max(0, width * height). Two negative sides still give "
    "a positive area; clamp both: max(0, width) * max(0, height).",
    ru="Нулём ограничено только произведение или сам IoU, а не каждая сторона: max(0, width * height). Две отрицательные "
    "стороны всё равно дают положительную площадь; нужно max(0, width) * max(0, height).",
)
def iou_area_clamped(box1, box2):
    shared = (torch.minimum(box1[2:], box2[2:]) - torch.maximum(box1[:2], box2[:2])).prod().clamp(min=0)
    return float(shared / ((box1[2:] - box1[:2]).prod() + (box2[2:] - box2[:2]).prod() - shared))


@misconception(
    "iou.sides_absolute",
    part="iou",
    en="Absolute values of the sides. Boxes that do not meet then seem to share the gap between them; use max(0, side).",
    ru="Взяты модули сторон. Рамки, которые не встречаются, будто бы делят промежуток между ними; нужно max(0, side).",
)
def iou_sides_absolute(box1, box2):
    shared = (torch.minimum(box1[2:], box2[2:]) - torch.maximum(box1[:2], box2[:2])).abs().prod()
    return float(shared / ((box1[2:] - box1[:2]).prod() + (box2[2:] - box2[:2]).prod() - shared))


@misconception(
    "iou.pixel_added_to_whole_pixels",
    part="iou",
    en="Two mistakes. Coordinates were cut off to whole pixels with int(), and one pixel is added to every side (x2 - x1 + 1). "
    "They are continuous: a side is x2 - x1.",
    ru="Две ошибки. Координаты обрезаны до целых пикселей через int(), и к каждой стороне прибавлен пиксель (x2 - x1 + 1). Они "
    "непрерывные: сторона равна x2 - x1.",
)
def iou_pixel_added_to_whole_pixels(box1, box2):
    return right_iou(box1.trunc(), box2.trunc(), pixel=1.0)


@misconception(
    "iou.pixel_added_and_sides_not_clamped",
    part="iou",
    en="Two mistakes. One pixel is added to every side (x2 - x1 + 1), while coordinates are continuous; and sides of the "
    "intersection are not set to zero where the boxes lie apart: max(0, right - left) * max(0, bottom - top).",
    ru="Две ошибки. К каждой стороне прибавлен пиксель (x2 - x1 + 1), а координаты непрерывные; и стороны пересечения у "
    "разнесённых рамок не ограничены нулём: max(0, right - left) * max(0, bottom - top).",
)
def iou_pixel_added_and_sides_not_clamped(box1, box2):
    return _not_clamped(box1, box2, pixel=1.0)


@misconception(
    "iou.apart_only_both_ways",
    part="iou",
    en="Boxes count as apart only where they are so both across and down. One negative side is enough: `or`, not `and`.",
    ru="Рамки считаются разнесёнными, только если разнесены и по x, и по y. Хватает одной отрицательной стороны: `or`, а не "
    "`and`.",
)
def iou_apart_only_both_ways(box1, box2):
    sides = torch.minimum(box1[2:], box2[2:]) - torch.maximum(box1[:2], box2[:2])
    return 0.0 if (sides < 0).all() else _not_clamped(box1, box2)


@misconception(
    "iou.apart_in_one_order",
    part="iou",
    en="Only a second box to the right of the first, or below it, counts as apart. Check the other two sides as well, or take "
    "max(0, right - left) * max(0, bottom - top).",
    ru="Разнесёнными считаются, только если вторая рамка правее или ниже первой. Проверьте и две другие стороны или возьмите "
    "max(0, right - left) * max(0, bottom - top).",
)
def iou_apart_in_one_order(box1, box2):
    return 0.0 if (box1[2:] < box2[:2]).any() else _not_clamped(box1, box2)


def _upper_left(slug, least):
    @misconception(
        f"iou.{slug}",
        part="iou",
        en="The intersection is right only where the first box lies to the upper left: it was taken as (x2 - x1') * (y2 - y1'). "
        "It goes from max(x1, x1') to min(x2, x2'), and so from top to bottom.",
        ru="Пересечение верно, только если первая рамка левее и выше: взято (x2 - x1') * (y2 - y1'). Оно идёт от max(x1, x1') "
        "до min(x2, x2'), и так же сверху вниз.",
    )
    def variant(box1, box2):
        shared = (box1[2:] - box2[:2]).clamp(min=least).prod()
        return float(shared / ((box1[2:] - box1[:2]).prod() + (box2[2:] - box2[:2]).prod() - shared))

    return variant


iou_first_at_the_upper_left = _upper_left("first_at_the_upper_left", 0)
iou_first_at_the_upper_left_not_clamped = _upper_left("first_at_the_upper_left_not_clamped", -torch.inf)


@misconception(
    "iou.inside_is_one",
    part="iou",
    en="A box within another one gets 1. Their IoU is the smaller area over the larger: intersection / (area1 + area2 - "
    "intersection) holds there too.",
    ru="Рамка внутри другой получает 1. Их IoU равен отношению меньшей площади к большей: intersection / (area1 + area2 - "
    "intersection) верно и здесь.",
)
def iou_inside_is_one(box1, box2):
    shared, first, second = _parts(box1, box2)
    return 1.0 if torch.isclose(shared, torch.minimum(first, second)) else right_iou(box1, box2)


@misconception(
    "iou.box_with_itself",
    part="iou",
    en="The answer is always 1: a box is compared with itself (look for the same name used twice), or the coordinates are taken "
    "for the pixels of masks, which overlap wherever both are not 0.",
    ru="Ответ всегда 1: рамка сравнивается сама с собой (поищите имя, использованное дважды) или координаты приняты за пиксели "
    "масок, которые пересекаются везде, где обе не 0.",
)
def iou_box_with_itself(box1, box2):
    del box2
    return right_iou(box1, box1)


@misconception(
    "iou.of_masks",
    part="iou",
    en="This is the IoU of two masks: the coordinates of the boxes are multiplied and added up as if they were pixels. Boxes "
    "have sides: the intersection is (min(x2) - max(x1)) * (min(y2) - max(y1)), where both are positive.",
    ru="Это IoU двух масок: координаты рамок перемножены и сложены, как если бы они были пикселями. У рамок есть стороны: "
    "пересечение равно (min(x2) - max(x1)) * (min(y2) - max(y1)), если обе разности положительны.",
)
def iou_of_masks(box1, box2):
    shared = (box1 * box2).sum()
    return float(shared / (box1.sum() + box2.sum() - shared))


@misconception(
    "iou.of_masks_over_their_pixels",
    part="iou",
    en="This is the IoU of two masks: the coordinates of the boxes are multiplied and added up as if they were pixels. Boxes "
    "have sides: the intersection is (min(x2) - max(x1)) * (min(y2) - max(y1)), where both are positive.",
    ru="Это IoU двух масок: координаты рамок перемножены и сложены, как если бы они были пикселями. У рамок есть стороны: "
    "пересечение равно (min(x2) - max(x1)) * (min(y2) - max(y1)), если обе разности положительны.",
)
def iou_of_masks_over_their_pixels(box1, box2):
    return float((box1 * box2).sum() / ((box1 + box2) > 0).sum())


@misconception(
    "iou.union_counts_twice",
    part="iou",
    en="The union counts the intersection twice: area1 + area2. Subtract it once: area1 + area2 - intersection.",
    ru="Пересечение вошло в объединение дважды: area1 + area2. Один раз его нужно вычесть: area1 + area2 - intersection.",
)
def iou_union_counts_twice(box1, box2):
    shared, first, second = _parts(box1, box2)
    return float(shared / (first + second))


@misconception(
    "iou.intersection_subtracted_twice",
    part="iou",
    en="The intersection is subtracted twice. Both areas hold it, and it must count once: area1 + area2 - intersection.",
    ru="Пересечение вычтено дважды. Оно входит в обе площади, а остаться должно один раз: area1 + area2 - intersection.",
)
def iou_intersection_subtracted_twice(box1, box2):
    shared, first, second = _parts(box1, box2)
    return float(shared / (first + second - 2 * shared))


@misconception(
    "iou.intersection_added",
    part="iou",
    en="The intersection is added to the areas instead of subtracted. Both areas hold it, and it must count once: area1 + area2 "
    "- intersection.",
    ru="Пересечение прибавлено к площадям, а не вычтено. Оно входит в обе площади, а остаться должно один раз: area1 + area2 - "
    "intersection.",
)
def iou_intersection_added(box1, box2):
    shared, first, second = _parts(box1, box2)
    return float(shared / (first + second + shared))


@misconception(
    "iou.first_area_twice",
    part="iou",
    en="The area of the first box counts twice, and that of the second not at all (look for a copied line). IoU = intersection / "
    "(area1 + area2 - intersection).",
    ru="Площадь первой рамки учтена дважды, а второй ни разу (поищите скопированную строку). IoU = intersection / "
    "(area1 + area2 - intersection).",
)
def iou_first_area_twice(box1, box2):
    shared, first, _second = _parts(box1, box2)
    return float(shared / (first + first - shared))


@misconception(
    "iou.second_area_twice",
    part="iou",
    en="The area of the second box counts twice, and that of the first not at all (look for a copied line). IoU = intersection / "
    "(area1 + area2 - intersection).",
    ru="Площадь второй рамки учтена дважды, а первой ни разу (поищите скопированную строку). IoU = intersection / "
    "(area1 + area2 - intersection).",
)
def iou_second_area_twice(box1, box2):
    shared, _first, second = _parts(box1, box2)
    return float(shared / (second + second - shared))


@misconception(
    "iou.parentheses_missing",
    part="iou",
    en="The union needs parentheses: a / b + c - d divides by b alone. IoU = intersection / (area1 + area2 - intersection).",
    ru="Объединению нужны скобки: a / b + c - d делит только на b. IoU = intersection / (area1 + area2 - intersection).",
)
def iou_parentheses_missing(box1, box2):
    shared, first, second = _parts(box1, box2)
    return float(shared / first + second - shared)


@misconception(
    "iou.subtracted_after_the_division",
    part="iou",
    en="The intersection is subtracted after the division: a / (b + c) - d. It belongs in the parentheses: intersection / (area1 "
    "+ area2 - intersection).",
    ru="Пересечение вычтено после деления: a / (b + c) - d. Его место в скобках: intersection / (area1 + area2 - intersection).",
)
def iou_subtracted_after_the_division(box1, box2):
    shared, first, second = _parts(box1, box2)
    return float(shared / (first + second) - shared)


@misconception(
    "iou.floor_division",
    part="iou",
    en="Every overlap but the full one is 0: // or int() cuts to whole numbers, or the boxes are only held to be equal or not. "
    "Divide with /, and leave the number as it is.",
    ru="Любое перекрытие, кроме полного, стало нулём: // или int() обрезает до целого, или рамки только проверены на равенство. "
    "Делите через / и оставьте число как есть.",
)
def iou_floor_division(box1, box2):
    shared, first, second = _parts(box1, box2)
    return float(shared // (first + second - shared))


@misconception(
    "iou.areas_from_the_origin",
    part="iou",
    en="The area of a box was taken as x2 * y2, as of a box that begins at the origin. It is (x2 - x1) * (y2 - y1).",
    ru="За площадь рамки взято x2 * y2, как у рамки от начала координат. Площадь равна (x2 - x1) * (y2 - y1).",
)
def iou_areas_from_the_origin(box1, box2):
    shared, _first, _second = _parts(box1, box2)
    return float(shared / (box1[2:].prod() + box2[2:].prod() - shared))


@misconception(
    "iou.area_of_one_side",
    part="iou",
    en="The area of a box was taken as one side times itself, (x2 - x1) * (x2 - x1). It is (x2 - x1) * (y2 - y1).",
    ru="За площадь рамки взят квадрат одной стороны, (x2 - x1) * (x2 - x1). Площадь равна (x2 - x1) * (y2 - y1).",
)
def iou_area_of_one_side(box1, box2):
    shared, _first, _second = _parts(box1, box2)
    return float(shared / ((box1[2] - box1[0]) ** 2 + (box2[2] - box2[0]) ** 2 - shared))


def _side_of_the_other(slug, box, side, words, russian):
    """An area of which one side is the other box's, as after a line that was copied."""

    @misconception(
        f"iou.{slug}",
        part="iou",
        en=f"The area of {words} is computed with a side of the other box (look for a copied name). Each area is the product of "
        "the box's own sides, (x2 - x1) * (y2 - y1).",
        ru=f"Площадь {russian} посчитана со стороной другой рамки (поищите скопированное имя). Каждая площадь — произведение "
        "сторон самой рамки, (x2 - x1) * (y2 - y1).",
    )
    def variant(box1, box2):
        shared, _first, _second = _parts(box1, box2)
        sides = torch.stack([box1[2:] - box1[:2], box2[2:] - box2[:2]])
        sides[box, side] = sides[1 - box, side]
        return float(shared / (sides.prod(1).sum() - shared))

    return variant


iou_first_area_with_the_second_width = _side_of_the_other(
    "first_area_with_the_second_width", 0, 0, "the first box", "первой рамки"
)
iou_first_area_with_the_second_height = _side_of_the_other(
    "first_area_with_the_second_height", 0, 1, "the first box", "первой рамки"
)
iou_second_area_with_the_first_width = _side_of_the_other(
    "second_area_with_the_first_width", 1, 0, "the second box", "второй рамки"
)
iou_second_area_with_the_first_height = _side_of_the_other(
    "second_area_with_the_first_height", 1, 1, "the second box", "второй рамки"
)


@misconception(
    "iou.mean_of_both_shares",
    part="iou",
    en="The intersection was divided by either area, and the mean of both was taken. It is divided once, by the union: area1 + "
    "area2 - intersection.",
    ru="Пересечение поделено на каждую из площадей, и взято среднее. Делят один раз, на объединение: area1 + area2 - "
    "intersection.",
)
def iou_mean_of_both_shares(box1, box2):
    shared, first, second = _parts(box1, box2)
    return float((shared / first + shared / second) / 2)


@misconception(
    "iou.over_geometric_mean",
    part="iou",
    en="Intersection over the root of the product of both areas. The denominator is the union: area1 + area2 - intersection.",
    ru="Пересечение поделено на корень из произведения площадей. В знаменателе объединение: area1 + area2 - intersection.",
)
def iou_over_geometric_mean(box1, box2):
    shared, first, second = _parts(box1, box2)
    return float(shared / (first * second).sqrt())


@misconception(
    "iou.smaller_sides",
    part="iou",
    en="The intersection was taken as the smaller width times the smaller height, wherever the boxes lie. Its sides are "
    "min(x2) - max(x1) and min(y2) - max(y1), and not below zero.",
    ru="За пересечение взято произведение меньшей ширины и меньшей высоты, где бы рамки ни лежали. Его стороны min(x2) - max(x1) "
    "и min(y2) - max(y1), не меньше нуля.",
)
def iou_smaller_sides(box1, box2):
    first, second = box1[2:] - box1[:2], box2[2:] - box2[:2]
    shared = torch.minimum(first, second).prod()
    return float(shared / (first.prod() + second.prod() - shared))


def _of_corners(first, second, low, high):
    shared = (high(first[2:], second[2:]) - low(first[:2], second[:2])).clamp(min=0).prod()
    return float(shared / ((first[2:] - first[:2]).prod() + (second[2:] - second[:2]).prod() - shared))


@misconception(
    "iou.larger_right_edges",
    part="iou",
    en="The intersection ends at the larger of the two right edges, and at the lower of the two bottom ones. Take min there: "
    "min(x2, x2') and min(y2, y2').",
    ru="Пересечение доведено до большего из правых краёв и до нижнего из нижних. Там нужен min: min(x2, x2') и min(y2, y2').",
)
def iou_larger_right_edges(box1, box2):
    return _of_corners(box1, box2, torch.maximum, torch.maximum)


@misconception(
    "iou.smaller_left_edges",
    part="iou",
    en="The intersection begins at the smaller of the two left edges, and at the higher of the two top ones. Take max there: "
    "max(x1, x1') and max(y1, y1').",
    ru="Пересечение начато от меньшего из левых краёв и от верхнего из верхних. Там нужен max: max(x1, x1') и max(y1, y1').",
)
def iou_smaller_left_edges(box1, box2):
    return _of_corners(box1, box2, torch.minimum, torch.minimum)


def _one_edge(slug, place, takes, needs, words, russian):
    """An intersection of which one edge is taken from the wrong box, as after a line that was copied."""

    @misconception(
        f"iou.{slug}",
        part="iou",
        en=f"One edge of the intersection, {words}, is found by {takes} instead of {needs}; the other three are right. It begins "
        "at the larger of x1 and of y1, and ends at the smaller of x2 and of y2.",
        ru=f"Один край пересечения, {russian}, найден через {takes} вместо {needs}; остальные три верны. Оно начинается от "
        "большего из x1 и из y1 и кончается на меньшем из x2 и из y2.",
    )
    def variant(box1, box2):
        edges = torch.cat([torch.maximum(box1[:2], box2[:2]), torch.minimum(box1[2:], box2[2:])])
        edges[place] = getattr(torch, f"{takes}imum")(box1[place], box2[place])
        shared = (edges[2:] - edges[:2]).clamp(min=0).prod()
        return float(shared / ((box1[2:] - box1[:2]).prod() + (box2[2:] - box2[:2]).prod() - shared))

    return variant


iou_smaller_left_edge_only = _one_edge("smaller_left_edge_only", 0, "min", "max", "the left one, x1", "левый, x1")
iou_smaller_top_edge_only = _one_edge("smaller_top_edge_only", 1, "min", "max", "the top one, y1", "верхний, y1")
iou_larger_right_edge_only = _one_edge("larger_right_edge_only", 2, "max", "min", "the right one, x2", "правый, x2")
iou_larger_bottom_edge_only = _one_edge("larger_bottom_edge_only", 3, "max", "min", "the bottom one, y2", "нижний, y2")


@misconception(
    "iou.gap_for_intersection",
    part="iou",
    en="The sides of the intersection are subtracted the wrong way round, left - right and top - bottom, or cut off at the wrong "
    "side of zero, by min for max. Boxes that overlap get 0 that way, and the gap between boxes counts: max(0, right - left) * "
    "max(0, bottom - top).",
    ru="Стороны пересечения вычтены наоборот, left - right и top - bottom, или обрезаны не с той стороны нуля: min вместо max. "
    "Так перекрывающиеся рамки получают 0, а засчитан промежуток между рамками; нужно max(0, right - left) * max(0, bottom - "
    "top).",
)
def iou_gap_for_intersection(box1, box2):
    shared = (torch.maximum(box1[:2], box2[:2]) - torch.minimum(box1[2:], box2[2:])).clamp(min=0).prod()
    return float(shared / ((box1[2:] - box1[:2]).prod() + (box2[2:] - box2[:2]).prod() - shared))


@misconception(
    "iou.clipped_to_224",
    part="iou",
    en="Coordinates were clipped to 0..224. Pictures have other sizes, and boxes may reach over their edges: take them as they "
    "come.",
    ru="Координаты обрезаны до 0..224. Картинки бывают и других размеров, и рамка может выходить за край: берите числа как есть.",
)
def iou_clipped_to_224(box1, box2):
    shared, first, second = _parts(box1.clamp(0, 224), box2.clamp(0, 224))
    return float(shared / (first + second - shared + 1e-9))


@misconception(
    "iou.clipped_at_zero",
    part="iou",
    en="Negative coordinates were set to zero. A box may reach over the picture's edge: take its coordinates as they come.",
    ru="Отрицательные координаты обнулены. Рамка может выходить за край картинки: берите координаты как есть.",
)
def iou_clipped_at_zero(box1, box2):
    return right_iou(box1.clamp(min=0), box2.clamp(min=0))


@misconception(
    "iou.hull_for_intersection",
    part="iou",
    en="min and max are exchanged: the box around both is taken for the intersection. That begins at the larger of the two left "
    "edges and ends at the smaller of the two right ones, and so from top to bottom.",
    ru="min и max перепутаны: вместо пересечения взята рамка вокруг обеих. Пересечение начинается у большего из левых краёв и "
    "кончается у меньшего из правых, и так же сверху вниз.",
)
def iou_hull_for_intersection(box1, box2):
    shared = (torch.maximum(box1[2:], box2[2:]) - torch.minimum(box1[:2], box2[:2])).prod()
    return float(shared / ((box1[2:] - box1[:2]).prod() + (box2[2:] - box2[:2]).prod() - shared))


@misconception(
    "iou.dice_of_boxes",
    part="iou",
    en="This is the Dice coefficient, 2 * intersection / (area1 + area2). IoU = intersection / (area1 + area2 - intersection).",
    ru="Это коэффициент Dice, 2 * intersection / (area1 + area2). IoU = intersection / (area1 + area2 - intersection).",
)
def iou_dice_of_boxes(box1, box2):
    shared, first, second = _parts(box1, box2)
    return float(2 * shared / (first + second))


@misconception(
    "iou.over_hull",
    part="iou",
    en="Intersection over the box around both. The union is smaller than that box: area1 + area2 - intersection.",
    ru="Пересечение поделено на рамку, охватывающую обе. Объединение меньше её: area1 + area2 - intersection.",
)
def iou_over_hull(box1, box2):
    shared, _first, _second = _parts(box1, box2)
    return float(shared / (torch.maximum(box1[2:], box2[2:]) - torch.minimum(box1[:2], box2[:2])).prod())


@misconception(
    "iou.generalised",
    part="iou",
    en="This is the generalised IoU, negative for boxes that lie apart. The plain one is asked: intersection / union.",
    ru="Это обобщённый IoU (GIoU), отрицательный для разнесённых рамок. Нужен обычный: intersection / union.",
)
def iou_generalised(box1, box2):
    shared, first, second = _parts(box1, box2)
    hull = (torch.maximum(box1[2:], box2[2:]) - torch.minimum(box1[:2], box2[:2])).prod()
    union = first + second - shared
    return float(shared / union - (hull - union) / hull)


@misconception(
    "iou.minus_distance",
    part="iou",
    en="This is DIoU: the distance of the centres is subtracted. The plain one is asked: intersection / union.",
    ru="Это DIoU: вычтено расстояние между центрами. Нужен обычный: intersection / union.",
)
def iou_minus_distance(box1, box2):
    apart = ((box1[:2] + box1[2:] - box2[:2] - box2[2:]) ** 2).sum() / 4
    hull = ((torch.maximum(box1[2:], box2[2:]) - torch.minimum(box1[:2], box2[:2])) ** 2).sum()
    return right_iou(box1, box2) - float(apart / hull)


@misconception(
    "iou.complete",
    part="iou",
    en="This is CIoU: the distance of the centres and the difference of the proportions are subtracted. The plain one is asked: "
    "intersection / union.",
    ru="Это CIoU: вычтены расстояние между центрами и разница пропорций. Нужен обычный: intersection / union.",
)
def iou_complete(box1, box2):
    overlap = right_iou(box1, box2)
    angles = [math.atan2(float(box[2] - box[0]), float(box[3] - box[1])) for box in (box1, box2)]
    unlike = 4 / math.pi**2 * (angles[0] - angles[1]) ** 2
    return iou_minus_distance(box1, box2) - unlike**2 / (1 - overlap + unlike + 1e-9)


@misconception(
    "iou.upside_down",
    part="iou",
    en="Union over intersection. The IoU is the other way up, intersection / union, and never above 1.",
    ru="Объединение поделено на пересечение. IoU это наоборот, intersection / union, и больше 1 он не бывает.",
)
def iou_upside_down(box1, box2):
    overlap = right_iou(box1, box2)
    return 1 / overlap if overlap else 0.0


def _along(slug, axis, en, ru):
    """Of one axis alone, as if boxes were stretches of a line."""

    @misconception(
        f"iou.{slug}",
        part="iou",
        en=f"{en}: the intersection is (min(x2) - max(x1)) * (min(y2) - max(y1)), and areas are (x2 - x1) * (y2 - y1).",
        ru=f"{ru}: пересечение равно (min(x2) - max(x1)) * (min(y2) - max(y1)), а площадь (x2 - x1) * (y2 - y1).",
    )
    def variant(box1, box2):
        (low1, high1), (low2, high2) = box1[[axis, axis + 2]], box2[[axis, axis + 2]]
        shared = (torch.minimum(high1, high2) - torch.maximum(low1, low2)).clamp(min=0)
        return float(shared / (high1 - low1 + high2 - low2 - shared))

    return variant


iou_widths_only = _along(
    "widths_only",
    0,
    "Only how far the boxes overlap across is measured, in x. Boxes have a height, too",
    "Перекрытие измерено только по горизонтали, по x. У рамок есть и высота",
)
iou_heights_only = _along(
    "heights_only",
    1,
    "Only how far the boxes overlap from top to bottom is measured, in y. Boxes have a width, too",
    "Перекрытие измерено только по вертикали, по y. У рамок есть и ширина",
)


@misconception(
    "iou.intersection_only",
    part="iou",
    en="The area of the intersection. Divide it by the union: area1 + area2 - intersection.",
    ru="Площадь пересечения. Её нужно поделить на объединение: area1 + area2 - intersection.",
)
def iou_intersection_only(box1, box2):
    return float(_parts(box1, box2)[0])


@misconception(
    "iou.distance",
    part="iou",
    en="1 - IoU, the distance of two boxes. The IoU itself is asked: intersection / union.",
    ru="1 - IoU, расстояние между рамками. Нужен сам IoU: intersection / union.",
)
def iou_distance(box1, box2):
    return 1 - right_iou(box1, box2)


@misconception(
    "iou.percent",
    part="iou",
    en="In percent. A share from 0 to 1 is asked.",
    ru="В процентах. Нужна доля от 0 до 1.",
)
def iou_percent(box1, box2):
    return 100 * right_iou(box1, box2)


@misconception(
    "iou.whole_pixels",
    part="iou",
    en="Coordinates were cut off to whole pixels with int(). They are continuous, and may be shares from 0 to 1.",
    ru="Координаты обрезаны до целых пикселей через int(). Они непрерывные и могут быть долями от 0 до 1.",
)
def iou_whole_pixels(box1, box2):
    shared, first, second = _parts(box1.trunc(), box2.trunc())
    return float(shared / (first + second - shared + 1e-9))


@misconception(
    "iou.rounded_coordinates",
    part="iou",
    en="Coordinates were rounded to whole pixels. They are continuous, and may be shares from 0 to 1.",
    ru="Координаты округлены до целых пикселей. Они непрерывные и могут быть долями от 0 до 1.",
)
def iou_rounded_coordinates(box1, box2):
    shared, first, second = _parts(box1.round(), box2.round())
    return float(shared / (first + second - shared + 1e-9))


@misconception(
    "iou.half_precision",
    part="iou",
    en="Computed in 16 bits, which hold no number above 65504: the area of a box of 300 x 300 is larger. Use float32.",
    ru="Посчитано в 16 битах, где нет чисел больше 65504: площадь рамки 300 x 300 уже больше. Нужен float32.",
)
def iou_half_precision(box1, box2):
    shared, first, second = _parts(box1.half(), box2.half())
    return float(shared / (first + second - shared))


def _in_integers(slug, bits, lowest, en, ru):
    """In integers of so few bits, where sums and products begin again at the `lowest` number."""

    @misconception(
        f"iou.{slug}",
        part="iou",
        en=f"Computed in integers of {bits} bits, {en}: what is larger begins again from below. Use float32.",
        ru=f"Посчитано в целых числах из {bits} бит, {ru}: большее начинается снова снизу. Нужен float32.",
    )
    def variant(box1, box2):
        def held(numbers):
            return (numbers.trunc() - lowest) % 2**bits + lowest

        first, second = held(box1.double()), held(box2.double())
        shared = held(torch.minimum(first[2:], second[2:]) - torch.maximum(first[:2], second[:2])).clamp(min=0).prod()
        areas = (first[2:] - first[:2]).prod() + (second[2:] - second[:2]).prod()
        return float(held(shared) / held(areas - shared))

    return variant


iou_eight_bits = _in_integers("eight_bits", 8, 0, "which go from 0 to 255", "а они идут от 0 до 255")
iou_sixteen_bits = _in_integers(
    "sixteen_bits",
    16,
    -(2**15),
    "which end at 32767, less than the area of a box of 200 x 200",
    "а они кончаются на 32767, это меньше площади рамки 200 x 200",
)


@misconception(
    "iou.overlap_or_not",
    part="iou",
    en="Only whether the boxes meet, 1 or 0. How much they do is asked: intersection / union.",
    ru="Только ответ, встречаются ли рамки: 1 или 0. Нужно, насколько: intersection / union.",
)
def iou_overlap_or_not(box1, box2):
    return float(_parts(box1, box2)[0] > 0)


@misconception(
    "iou.pixel_in_areas_only",
    part="iou",
    en="One pixel is added to the sides of the boxes (x2 - x1 + 1), though not of the intersection. The lab's coordinates are "
    "continuous: a side is x2 - x1, everywhere.",
    ru="Пиксель прибавлен к сторонам рамок (x2 - x1 + 1), но не к сторонам пересечения. Координаты здесь непрерывные: сторона "
    "везде равна x2 - x1.",
)
def iou_pixel_in_areas_only(box1, box2):
    shared = _parts(box1, box2)[0]
    _shared, first, second = _parts(box1, box2, pixel=1.0)
    return float(shared / (first + second - shared))


@misconception(
    "iou.pixel_in_intersection_only",
    part="iou",
    en="One pixel is added to the sides of the intersection (right - left + 1), though not of the boxes. The lab's coordinates "
    "are continuous: a side is x2 - x1, everywhere.",
    ru="Пиксель прибавлен к сторонам пересечения (right - left + 1), но не к сторонам рамок. Координаты здесь непрерывные: "
    "сторона везде равна x2 - x1.",
)
def iou_pixel_in_intersection_only(box1, box2):
    shared = _parts(box1, box2, pixel=1.0)[0]
    _shared, first, second = _parts(box1, box2)
    return float(shared / (first + second - shared))


def _smoothed(slug, above, below):
    """With a term against division by zero that is too large: boxes may be shares of a picture, with areas below 1."""

    @misconception(
        f"iou.{slug}",
        part="iou",
        en=f"{below:g} is added to the union, against a division by zero{' (and as much to the intersection)' * bool(above)}. "
        "Boxes may be shares of a picture, from 0 to 1, and their areas are no larger than that. Leave it out, or take 1e-9.",
        ru=f"К объединению прибавлено {below:g} от деления на ноль{' (и столько же к пересечению)' * bool(above)}. Рамки бывают "
        "в долях картинки, от 0 до 1, и площади у них не больше. Уберите это слагаемое или возьмите 1e-9.",
    )
    def variant(box1, box2):
        shared, first, second = _parts(box1, box2)
        return float((shared + above) / (first + second - shared + below))

    return variant


iou_smoothed = _smoothed("smoothed", 1, 1)
iou_smoothed_below = _smoothed("smoothed_below", 0, 1)
iou_smoothed_below_by_a_hundredth = _smoothed("smoothed_below_by_a_hundredth", 0, 1e-2)
iou_smoothed_below_by_a_thousandth = _smoothed("smoothed_below_by_a_thousandth", 0, 1e-3)
iou_smoothed_by_a_hundredth = _smoothed("smoothed_by_a_hundredth", 1e-2, 1e-2)
iou_smoothed_by_a_thousandth = _smoothed("smoothed_by_a_thousandth", 1e-3, 1e-3)


@misconception(
    "iou.height_not_clamped",
    part="iou",
    en="Only the width of the intersection is checked, or set to zero, where the boxes lie apart. The height needs the same: "
    "max(0, bottom - top).",
    ru="Проверена или ограничена нулём только ширина пересечения. С высотой нужно то же самое: max(0, bottom - top).",
)
def iou_height_not_clamped(box1, box2):
    width, height = torch.minimum(box1[2:], box2[2:]) - torch.maximum(box1[:2], box2[:2])
    shared = width.clamp(min=0) * height
    return float(shared / ((box1[2:] - box1[:2]).prod() + (box2[2:] - box2[:2]).prod() - shared))


@misconception(
    "iou.width_not_clamped",
    part="iou",
    en="Only the height of the intersection is checked, or set to zero, where the boxes lie apart. The width needs the same: "
    "max(0, right - left).",
    ru="Проверена или ограничена нулём только высота пересечения. С шириной нужно то же самое: max(0, right - left).",
)
def iou_width_not_clamped(box1, box2):
    width, height = torch.minimum(box1[2:], box2[2:]) - torch.maximum(box1[:2], box2[:2])
    shared = width * height.clamp(min=0)
    return float(shared / ((box1[2:] - box1[:2]).prod() + (box2[2:] - box2[:2]).prod() - shared))


@misconception(
    "iou.rounded",
    part="iou",
    en="Rounded to two digits. Round where you print; whoever compares with a threshold needs the number as it is.",
    ru="Округлено до двух знаков. Округляйте при печати; для сравнения с порогом нужно само число.",
)
def iou_rounded(box1, box2):
    return round(right_iou(box1, box2), 2)


@misconception(
    "iou.rounded_to_one_digit",
    part="iou",
    en="Rounded to one digit. Round where you print; whoever compares with a threshold needs the number as it is.",
    ru="Округлено до одного знака. Округляйте при печати; для сравнения с порогом нужно само число.",
)
def iou_rounded_to_one_digit(box1, box2):
    return round(right_iou(box1, box2), 1)
