"""Of non-maximum suppression: the wrong order, threshold, comparison or answer."""

# ruff: noqa: D103 - the explanation in each decorator says what the function does

import math
from itertools import pairwise

import numpy as np
import torch

from grader.testing import misconception

from .iou import (
    from_centre,
    from_corner,
    iou_axes_paired,
    iou_dice_of_boxes,
    iou_distance,
    iou_first_area_twice,
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
    iou_over_first_area,
    iou_over_hull,
    iou_over_larger_area,
    iou_over_second_area,
    iou_over_smaller_area,
    iou_parentheses_missing,
    iou_pixel_in_areas_only,
    iou_second_area_twice,
    iou_sides_absolute,
    iou_sides_not_clamped,
    iou_smaller_left_edge_only,
    iou_smaller_left_edges,
    iou_smaller_top_edge_only,
    iou_union_counts_twice,
    iou_widths_only,
    right_iou,
)


def _greedy(boxes, scores, threshold, *, overlap=right_iou, descending=True):
    """Greedy suppression with another measure of overlap or order; a list of indices."""
    left = scores.argsort(descending=descending, stable=True).tolist()
    kept = []
    while left:
        best, *others = left
        kept.append(best)
        left = [other for other in others if overlap(boxes[best], boxes[other]) <= threshold]
    return kept


@misconception(
    "nms.at_the_threshold",
    part="nms",
    en="A box at the threshold itself is dropped (>= instead of >). The lab drops only what lies above it; ties are not graded.",
    ru="Рамка ровно на пороге отброшена (>= вместо >). Отбрасывать нужно только то, что выше порога; равенство здесь "
    "не оценивается.",
    accepted=True,
)
def nms_at_the_threshold(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, iou_threshold - 1e-9)


@misconception(
    "nms.keep_mask",
    part="nms",
    en="A keep mask instead of indices. It says the same, without the order; it is accepted.",
    ru="Маска вместо индексов. Она говорит то же самое, только без порядка; это зачтено.",
    accepted=True,
)
def nms_keep_mask(boxes, scores, iou_threshold):
    mask = torch.zeros(len(boxes), dtype=torch.bool)
    mask[_greedy(boxes, scores, iou_threshold)] = True
    return mask


@misconception(
    "nms.kept_boxes",
    part="nms",
    en="The kept boxes themselves instead of their indices; it is accepted.",
    ru="Сами оставленные рамки вместо их индексов; это зачтено.",
    accepted=True,
)
def nms_kept_boxes(boxes, scores, iou_threshold):
    return boxes[_greedy(boxes, scores, iou_threshold)]


@misconception(
    "nms.ascending",
    part="nms",
    en="The worst score first. argsort sorts upwards; NMS begins with the best: argsort(descending=True), or [::-1].",
    ru="Начато с худшей оценки. argsort сортирует по возрастанию, а NMS начинает с лучшей: argsort(descending=True) или [::-1].",
)
def nms_ascending(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, iou_threshold, descending=False)


@misconception(
    "nms.order_as_given",
    part="nms",
    en="Boxes are taken in the order in which they were given. Sort by score first (sorting the scores alone does not move the "
    "boxes): of two rivals the better one stays.",
    ru="Рамки взяты в том порядке, в каком переданы. Сначала их нужно упорядочить по оценке (сортировка одних оценок рамки не "
    "переставляет): из двух соперниц остаётся лучшая.",
)
def nms_order_as_given(boxes, scores, iou_threshold):
    return _greedy(boxes, -torch.arange(len(scores)), iou_threshold)


@misconception(
    "nms.order_by_bottom",
    part="nms",
    en="Boxes are sorted by their bottom edge y2, as in Malisiewicz's old code, which knew no scores. Sort by score.",
    ru="Рамки упорядочены по нижнему краю y2, как в старом коде Malisiewicz, где оценок не было. Нужен порядок по оценке.",
)
def nms_order_by_bottom(boxes, scores, iou_threshold):
    del scores
    return _greedy(boxes, boxes[:, 3], iou_threshold)


@misconception(
    "nms.order_by_bottom_from_the_last",
    part="nms",
    en="Boxes are sorted by their bottom edge y2, as in Malisiewicz's old code, which knew no scores; of those with one y2 the "
    "last comes first. Sort by score.",
    ru="Рамки упорядочены по нижнему краю y2, как в старом коде Malisiewicz, где оценок не было; из рамок с одним y2 первой "
    "взята последняя. Нужен порядок по оценке.",
)
def nms_order_by_bottom_from_the_last(boxes, scores, iou_threshold):
    del scores
    return [len(boxes) - 1 - index for index in _greedy(boxes.flip(0), boxes.flip(0)[:, 3], iou_threshold)]


@misconception(
    "nms.low_threshold_raised",
    part="nms",
    en="A low threshold is replaced by a higher one. Whatever is given holds: each call has its own.",
    ru="Низкий порог заменён на более высокий. Действует тот, что передан: у каждого вызова он свой.",
)
def nms_low_threshold_raised(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, max(iou_threshold, 0.3))


def _by_area(slug, ranked):
    """The largest box first, of equal ones as a usual way to sort leaves them."""

    @misconception(
        f"nms.{slug}",
        part="nms",
        en="The largest box comes first. NMS goes by score: of two rivals the one with the better score stays.",
        ru="Первой взята самая большая рамка. NMS идёт по оценкам: из двух соперниц остаётся та, у которой оценка выше.",
    )
    def variant(boxes, scores, iou_threshold):
        order = ranked((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))
        places = torch.empty_like(scores)
        places[order] = -torch.arange(len(scores), dtype=scores.dtype)
        return _greedy(boxes, places, iou_threshold)

    return variant


nms_order_by_area = _by_area("order_by_area", lambda areas: areas.argsort(descending=True, stable=True))
nms_order_by_area_from_the_last = _by_area("order_by_area_from_the_last", lambda areas: areas.argsort(stable=True).flip(0))
nms_order_by_area_as_torch_sorts = _by_area("order_by_area_as_torch_sorts", lambda areas: areas.argsort(descending=True))


@misconception(
    "nms.neighbours_only",
    part="nms",
    en="A box is compared only with the one before it in the order of scores. Compare it with every box kept so far.",
    ru="Рамка сравнивается только с предыдущей по оценке. Её нужно сравнить со всеми уже оставленными.",
)
def nms_neighbours_only(boxes, scores, iou_threshold):
    order = scores.argsort(descending=True).tolist()
    calm = [after for before, after in pairwise(order) if right_iou(boxes[before], boxes[after]) <= iou_threshold]
    return [order[0], *calm]


@misconception(
    "nms.last_kept_only",
    part="nms",
    en="A box is compared only with the box kept last. Compare it with every box kept so far.",
    ru="Рамка сравнивается только с последней оставленной. Её нужно сравнить со всеми уже оставленными.",
)
def nms_last_kept_only(boxes, scores, iou_threshold):
    kept = []
    for index in scores.argsort(descending=True).tolist():
        if not kept or right_iou(boxes[kept[-1]], boxes[index]) <= iou_threshold:
            kept.append(index)
    return kept


@misconception(
    "nms.best_only",
    part="nms",
    en="Only the best box drops others; then the work stops. Repeat with the best of those that are left, to the end.",
    ru="Отбрасывает только самая лучшая рамка, и на этом работа кончается. Повторяйте с лучшей из оставшихся, пока они есть.",
)
def nms_best_only(boxes, scores, iou_threshold):
    best, *others = scores.argsort(descending=True).tolist()
    return [best, *(other for other in others if right_iou(boxes[best], boxes[other]) <= iou_threshold)]


@misconception(
    "nms.keeps_one",
    part="nms",
    en="Only the best box of all is kept: the work ends with it, or every overlap comes out too large (union / intersection?). "
    "Each object has its own: repeat with the best of those that are left.",
    ru="Оставлена только одна, самая лучшая рамка: на ней работа кончается, или все перекрытия выходят слишком большими (union / "
    "intersection?). У каждого объекта своя: повторяйте с лучшей из оставшихся.",
)
def nms_keeps_one(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, iou_threshold)[:1]


@misconception(
    "nms.keeps_all",
    part="nms",
    en="Nothing is dropped; the boxes are only sorted, or every overlap comes out far too small (is an area x2 * y2 instead of "
    "(x2 - x1) * (y2 - y1)?). Drop those whose IoU with a kept box is greater than the threshold.",
    ru="Ничего не отброшено: рамки только упорядочены, или все перекрытия выходят слишком малыми (не x2 * y2 ли взято вместо "
    "площади (x2 - x1) * (y2 - y1)?). Нужно убрать те, чей IoU с оставленной больше порога.",
)
def nms_keeps_all(boxes, scores, iou_threshold):
    del boxes, iou_threshold
    return scores.argsort(descending=True)


@misconception(
    "nms.dropped_ones",
    part="nms",
    en="These are the boxes that have to go. Return the ones that stay.",
    ru="Это рамки, которые нужно убрать. Верните те, что остаются.",
)
def nms_dropped_ones(boxes, scores, iou_threshold):
    kept = _greedy(boxes, scores, iou_threshold)
    return [index for index in range(len(boxes)) if index not in kept]


@misconception(
    "nms.dropped_ones_drop",
    part="nms",
    en="Boxes that were dropped still drop others. Only kept boxes may: in a chain A-B-C, where A drops B, C stays.",
    ru="Уже отброшенные рамки продолжают отбрасывать другие. Это право только у оставленных: в цепочке A-B-C, где A "
    "убирает B, рамка C остаётся.",
)
def nms_dropped_ones_drop(boxes, scores, iou_threshold):
    order = scores.argsort(descending=True).tolist()
    return [
        index
        for place, index in enumerate(order)
        if all(right_iou(boxes[better], boxes[index]) <= iou_threshold for better in order[:place])
    ]


@misconception(
    "nms.dropped_ones_drop_in_order_as_given",
    part="nms",
    en="Boxes that were dropped still drop others: a box goes wherever any better one overlaps it. Only kept boxes may: in a "
    "chain A-B-C, where A drops B, C stays. And the best score comes first.",
    ru="Уже отброшенные рамки продолжают отбрасывать другие: рамка убрана, если её перекрывает любая лучшая. Это право только у "
    "оставленных: в цепочке A-B-C, где A убирает B, рамка C остаётся. И первой идёт лучшая оценка.",
)
def nms_dropped_ones_drop_in_order_as_given(boxes, scores, iou_threshold):
    return sorted(nms_dropped_ones_drop(boxes, scores, iou_threshold))


def _soft(slug, decay, en, ru):
    """Soft suppression (Bodla et al., ICCV 2017): scores fall by `decay(overlap, threshold)`, and few boxes go."""

    @misconception(
        f"nms.{slug}",
        part="nms",
        en=f"This is soft-NMS: the scores of rivals are {en}, and rivals stay. The plain one is asked: a box goes when its IoU "
        "with a kept box is greater than the threshold.",
        ru=f"Это soft-NMS: оценки соперниц {ru}, а сами они остаются. Нужен обычный: рамка отбрасывается, когда её IoU с "
        "оставленной больше порога.",
    )
    def variant(boxes, scores, iou_threshold):
        values, left, kept = scores.tolist(), list(range(len(scores))), []
        while left:
            best = max(left, key=values.__getitem__)
            kept.append(best)
            left.remove(best)
            for index in left:
                values[index] *= decay(right_iou(boxes[best], boxes[index]), iou_threshold)
            left = [index for index in left if values[index] > 0.001]
        return kept

    return variant


nms_soft_linear = _soft(
    "soft_linear",
    lambda overlap, threshold: 1 - overlap if overlap > threshold else 1,
    "multiplied by 1 - IoU",
    "умножены на 1 - IoU",
)
nms_soft_gaussian = _soft(
    "soft_gaussian",
    lambda overlap, _threshold: math.exp(-(overlap**2) / 0.5),
    "multiplied by exp(-IoU^2 / sigma)",
    "умножены на exp(-IoU^2 / sigma)",
)


@misconception(
    "nms.both_dropped",
    part="nms",
    en="Of two rivals both go: each box is compared with all others. Compare it only with better boxes that were kept.",
    ru="Из двух соперниц отброшены обе: каждая рамка сравнивается со всеми остальными. Сравнивайте только с лучшими из "
    "оставленных.",
)
def nms_both_dropped(boxes, scores, iou_threshold):
    return [
        index
        for index in scores.argsort(descending=True, stable=True).tolist()
        if all(right_iou(boxes[index], box) <= iou_threshold for other, box in enumerate(boxes) if other != index)
    ]


@misconception(
    "nms.both_dropped_in_order_as_given",
    part="nms",
    en="Of two rivals both go: each box is compared with all others, and scores are not used. Begin with the best score, and "
    "compare a box only with better boxes that were kept.",
    ru="Из двух соперниц отброшены обе: каждая рамка сравнивается со всеми остальными, а оценки не используются. Начните с "
    "лучшей оценки и сравнивайте рамку только с лучшими из оставленных.",
)
def nms_both_dropped_in_order_as_given(boxes, scores, iou_threshold):
    return sorted(nms_both_dropped(boxes, scores, iou_threshold))


@misconception(
    "nms.keeps_none",
    part="nms",
    en="No box is kept. Either a box is compared with itself, too, and its IoU with itself is 1, above any threshold; or nothing "
    "is ever added to what is returned. The box with the best score always stays.",
    ru="Не оставлена ни одна рамка. Либо рамка сравнивается и с самой собой, а такой IoU равен 1, больше любого порога; либо в "
    "возвращаемый список ничего не добавлено. Рамка с лучшей оценкой остаётся всегда.",
)
def nms_keeps_none(boxes, scores, iou_threshold):
    del boxes, scores, iou_threshold
    return []


@misconception(
    "nms.stops_at_the_first_rival",
    part="nms",
    en="The work ends at the first box that has to go (break, or return). Skip that box alone (continue) and go on with the "
    "next: it may lie on another object.",
    ru="Работа кончается на первой же рамке, которую нужно убрать (break или return). Пропускайте только её (continue) и идите "
    "дальше: следующая может относиться к другому объекту.",
)
def nms_stops_at_the_first_rival(boxes, scores, iou_threshold):
    kept = []
    for index in scores.argsort(descending=True, stable=True).tolist():
        if any(right_iou(boxes[better], boxes[index]) > iou_threshold for better in kept):
            break
        kept.append(index)
    return kept


@misconception(
    "nms.one_far_box_is_enough",
    part="nms",
    en="A box stays as soon as it is far enough from any one of the kept boxes. It must be so from all of them: one that "
    "overlaps it too much is enough to drop it.",
    ru="Рамка остаётся, если достаточно далека хотя бы от одной из оставленных. Так должно быть со всеми: чтобы её отбросить, "
    "хватает одной, которая перекрывает её слишком сильно.",
)
def nms_one_far_box_is_enough(boxes, scores, iou_threshold):
    kept = []
    for index in scores.argsort(descending=True, stable=True).tolist():
        if not kept or any(right_iou(boxes[better], boxes[index]) <= iou_threshold for better in kept):
            kept.append(index)
    return kept


@misconception(
    "nms.comparison_reversed",
    part="nms",
    en="The comparison is the wrong way round: boxes that overlap little are dropped, rivals stay. Drop those with an "
    "IoU greater than the threshold.",
    ru="Сравнение перевёрнуто: отброшены рамки, которые почти не перекрываются, а соперницы остались. Убирать нужно "
    "те, чей IoU больше порога.",
)
def nms_comparison_reversed(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, -iou_threshold, overlap=lambda first, second: -right_iou(first, second))


@misconception(
    "nms.any_overlap",
    part="nms",
    en="Any overlap drops a box, and the threshold is not used (or the overlap is measured in percent). Drop those with an IoU "
    "greater than the threshold.",
    ru="Любое перекрытие убирает рамку, порог не используется (или перекрытие измерено в процентах). Убирать нужно те, чей IoU "
    "больше порога.",
)
def nms_any_overlap(boxes, scores, iou_threshold):
    del iou_threshold
    return _greedy(boxes, scores, 0.0)


@misconception(
    "nms.one_minus_threshold",
    part="nms",
    en="1 - iou_threshold is taken for the threshold; at 0.5 that makes no difference. A box goes when its IoU is greater than "
    "iou_threshold itself.",
    ru="Порогом служит 1 - iou_threshold; при 0.5 разницы нет. Рамка отбрасывается, когда её IoU больше самого iou_threshold.",
)
def nms_one_minus_threshold(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, 1 - iou_threshold)


@misconception(
    "nms.fixed_threshold",
    part="nms",
    ignores="iou_threshold",
    en="The threshold is always 0.5, whatever is given. Use the parameter iou_threshold.",
    ru="Порог всегда 0.5, что бы ни передали. Нужен параметр iou_threshold.",
)
def nms_fixed_threshold(boxes, scores, iou_threshold):
    del iou_threshold
    return _greedy(boxes, scores, 0.5)


def _always(slug, threshold):
    @misconception(
        f"nms.fixed_threshold_{slug}",
        part="nms",
        ignores="iou_threshold",
        en=f"The threshold is always the same, about {threshold}, whatever is given. Use the parameter iou_threshold.",
        ru=f"Порог всегда один и тот же, около {threshold}, что бы ни передали. Нужен параметр iou_threshold.",
    )
    def variant(boxes, scores, iou_threshold):
        del iou_threshold
        return _greedy(boxes, scores, threshold)

    return variant


nms_fixed_threshold_03 = _always("03", 0.3)
nms_fixed_threshold_04 = _always("04", 0.4)
nms_fixed_threshold_045 = _always("045", 0.45)
nms_fixed_threshold_07 = _always("07", 0.7)


@misconception(
    "nms.low_scores_dropped",
    part="nms",
    en="Boxes with a score below 0.3 are dropped as well. The lab has no score threshold: however low the score, only "
    "overlap decides.",
    ru="Отброшены ещё и рамки с оценкой ниже 0.3. Порога по оценке в задании нет: как бы мала она ни была, решает "
    "только перекрытие.",
)
def nms_low_scores_dropped(boxes, scores, iou_threshold):
    return [index for index in _greedy(boxes, scores, iou_threshold) if scores[index] >= 0.3]


def _low_scores(slug, least):
    @misconception(
        f"nms.low_scores_dropped_{slug}",
        part="nms",
        en=f"Boxes with a score below {least} or so are dropped as well. The lab has no score threshold: however low the score, "
        "only overlap decides.",
        ru=f"Отброшены ещё и рамки с оценкой ниже {least} или около того. Порога по оценке в задании нет: как бы мала она ни "
        "была, решает только перекрытие.",
    )
    def variant(boxes, scores, iou_threshold):
        return [index for index in _greedy(boxes, scores, iou_threshold) if scores[index] >= least]

    return variant


nms_low_scores_dropped_05 = _low_scores("05", 0.5)
nms_low_scores_dropped_02 = _low_scores("02", 0.2)
nms_low_scores_dropped_01 = _low_scores("01", 0.1)
nms_low_scores_dropped_005 = _low_scores("005", 0.05)


def _places_among_high_scores(slug, least):
    @misconception(
        f"nms.places_among_scores_above_{slug}",
        part="nms",
        en=f"Two mistakes. Boxes with a score below {least} or so are dropped first, and the lab has no score threshold; and the "
        "indices count those that are left, where they must count the boxes as given.",
        ru=f"Две ошибки. Сначала отброшены рамки с оценкой ниже {least} или около того, а порога по оценке в задании нет; и "
        "индексы относятся к оставшимся, а должны относиться к переданным рамкам.",
    )
    def variant(boxes, scores, iou_threshold):
        high = [index for index in range(len(boxes)) if scores[index] >= least]
        return [high.index(index) for index in _greedy(boxes, scores, iou_threshold) if index in high]

    return variant


nms_places_among_scores_above_05 = _places_among_high_scores("05", 0.5)
nms_places_among_scores_above_03 = _places_among_high_scores("03", 0.3)


@misconception(
    "nms.threshold_for_scores_too",
    part="nms",
    en="The threshold is held against the scores as well, and boxes below it are dropped. It is the largest IoU with a better "
    "kept box that a box may have; no score is too low.",
    ru="С порогом сравниваются ещё и оценки, и рамки ниже него отброшены. Порог ограничивает только IoU с лучшей из оставленных "
    "рамок; слишком низких оценок нет.",
)
def nms_threshold_for_scores_too(boxes, scores, iou_threshold):
    return [index for index in _greedy(boxes, scores, iou_threshold) if scores[index] > iou_threshold]


@misconception(
    "nms.threshold_for_scores",
    part="nms",
    en="The threshold is held against the scores, and no overlap is looked at. It is the largest IoU with a better kept box that "
    "a box may have.",
    ru="С порогом сравниваются оценки, а перекрытие не проверяется. Порог ограничивает IoU с лучшей из оставленных рамок.",
)
def nms_threshold_for_scores(boxes, scores, iou_threshold):
    del boxes
    return [index for index in scores.argsort(descending=True).tolist() if scores[index] > iou_threshold]


@misconception(
    "nms.scores_of_kept",
    part="nms",
    en="The scores of the kept boxes. Their indices are asked, so that boxes[keep] and scores[keep] work.",
    ru="Оценки оставленных рамок. Нужны индексы, чтобы работало boxes[keep] и scores[keep].",
)
def nms_scores_of_kept(boxes, scores, iou_threshold):
    return scores[_greedy(boxes, scores, iou_threshold)]


@misconception(
    "nms.number_of_kept",
    part="nms",
    en="How many boxes are kept. Which ones is asked: their indices.",
    ru="Сколько рамок осталось. Нужно, какие: их индексы.",
)
def nms_number_of_kept(boxes, scores, iou_threshold):
    return len(_greedy(boxes, scores, iou_threshold))


@misconception(
    "nms.float_indices",
    part="nms",
    en="The indices are floating-point numbers, and boxes[keep] fails with those. Make them integers (int64, dtype=int).",
    ru="Индексы стали числами с плавающей точкой, и boxes[keep] с ними не работает. Нужны целые (int64, dtype=int).",
)
def nms_float_indices(boxes, scores, iou_threshold):
    return torch.tensor(_greedy(boxes, scores, iou_threshold), dtype=torch.float32)


@misconception(
    "nms.counted_from_one",
    part="nms",
    en="The indices count from 1. In Python the first box is number 0.",
    ru="Индексы идут от 1. В Python первая рамка имеет номер 0.",
)
def nms_counted_from_one(boxes, scores, iou_threshold):
    return [index + 1 for index in _greedy(boxes, scores, iou_threshold)]


@misconception(
    "nms.looked_up_by_score",
    part="nms",
    en="The indices were looked up by score (scores.index), which finds the first of two boxes with one score twice. Sort the "
    "indices themselves.",
    ru="Индексы найдены по оценке (scores.index), и из двух рамок с одной оценкой дважды найдена первая. Сортируйте сами "
    "индексы.",
)
def nms_looked_up_by_score(boxes, scores, iou_threshold):
    return [scores.tolist().index(scores[index]) for index in _greedy(boxes, scores, iou_threshold)]


@misconception(
    "nms.looked_up_by_box",
    part="nms",
    en="The indices were looked up by the box (boxes.index), which finds the first of two equal ones, though it may be the "
    "worse. Sort the indices themselves.",
    ru="Индексы найдены по рамке (boxes.index), и из двух одинаковых найдена первая, хотя она может быть хуже. Сортируйте сами "
    "индексы.",
)
def nms_looked_up_by_box(boxes, scores, iou_threshold):
    return [boxes.tolist().index(boxes[index].tolist()) for index in _greedy(boxes, scores, iou_threshold)]


@misconception(
    "nms.places_after_sorting",
    part="nms",
    en="The indices count the boxes after sorting. Translate them back: order[i] is the index in the boxes as given.",
    ru="Индексы относятся к рамкам после сортировки. Их нужно перевести обратно: order[i] есть индекс среди переданных рамок.",
)
def nms_places_after_sorting(boxes, scores, iou_threshold):
    order = scores.argsort(descending=True).tolist()
    return [order.index(index) for index in _greedy(boxes, scores, iou_threshold)]


@misconception(
    "nms.places_in_the_rest",
    part="nms",
    en="Places in the list of those that are left are taken for indices: boxes[i] for i in range(len(rest)) is another box than "
    "boxes[rest[i]], and the overlap with the wrong one decides.",
    ru="Номера в списке оставшихся приняты за индексы: boxes[i] для i из range(len(rest)) не та рамка, что boxes[rest[i]], и всё "
    "решает перекрытие с чужой рамкой.",
)
def nms_places_in_the_rest(boxes, scores, iou_threshold):
    left, kept = scores.argsort(descending=True, stable=True).tolist(), []
    while left:
        best, *rest = left
        kept.append(best)
        left = [index for place, index in enumerate(rest) if right_iou(boxes[best], boxes[place]) <= iou_threshold]
    return kept


@misconception(
    "nms.places_in_the_shorter_list",
    part="nms",
    en="The indices count the boxes of a list from which boxes are taken away (boxes.pop, scores.index(max(scores))): number 0 "
    "is another box after each step. Keep the indices as they were given beside the boxes, and take those away.",
    ru="Индексы относятся к списку, из которого рамки убирают (boxes.pop, scores.index(max(scores))): после каждого шага номер 0 "
    "это другая рамка. Храните рядом с рамками исходные индексы и убирайте из них.",
)
def nms_places_in_the_shorter_list(boxes, scores, iou_threshold):
    left, kept = list(range(len(scores))), []
    while left:
        place = max(range(len(left)), key=lambda number: float(scores[left[number]]))
        best = left.pop(place)
        kept.append(place)
        left = [index for index in left if right_iou(boxes[best], boxes[index]) <= iou_threshold]
    return kept


@misconception(
    "nms.boxes_by_place",
    part="nms",
    en="Boxes are looked up by their place in the order of scores: boxes[i] is the one that was given as number i, "
    "boxes[order[i]] the one that is meant, and the overlap of two others decides.",
    ru="Рамки берутся по месту в порядке оценок: boxes[i] это рамка, переданная под номером i, а нужна boxes[order[i]]; решает "
    "перекрытие двух других.",
)
def nms_boxes_by_place(boxes, scores, iou_threshold):
    order = scores.argsort(descending=True, stable=True).tolist()
    return [order[place] for place in _greedy(boxes, -torch.arange(len(scores)), iou_threshold)]


@misconception(
    "nms.marked_by_index_read_by_place",
    part="nms",
    en="Two ways to count are mixed: rivals are marked as dropped by their index in the boxes, and the mark is read by the place "
    "in the order of scores. Use one of them for both: dropped[order[i]].",
    ru="Смешаны два счёта: соперницы помечены как отброшенные по индексу среди рамок, а пометка читается по месту в порядке "
    "оценок. Нужен один и тот же счёт: dropped[order[i]].",
)
def nms_marked_by_index_read_by_place(boxes, scores, iou_threshold):
    order, kept, dropped = scores.argsort(descending=True, stable=True).tolist(), [], set()
    for place, index in enumerate(order):
        if place not in dropped:
            kept.append(index)
            dropped.update(other for other in order[place + 1 :] if right_iou(boxes[index], boxes[other]) > iou_threshold)
    return kept


@misconception(
    "nms.one_not_added",
    part="nms",
    en="The overlaps are those with order[1:], so their places count from its first; order[inds] is one too early and takes the "
    "kept box in again. Write order = order[inds + 1].",
    ru="Перекрытия посчитаны для order[1:], и номера идут от его начала; order[inds] сдвинуто на один и снова берёт уже "
    "оставленную рамку. Нужно order = order[inds + 1].",
)
def nms_one_not_added(boxes, scores, iou_threshold):
    order, kept = scores.argsort(descending=True, stable=True).tolist(), []
    while order:
        best, *rest = order
        kept.append(best)
        order = [order[place] for place, index in enumerate(rest) if right_iou(boxes[best], boxes[index]) <= iou_threshold]
    return kept


@misconception(
    "nms.order_lost",
    part="nms",
    en="The right boxes, in the order of their indices. The best score comes first.",
    ru="Рамки верные, но идут по порядку индексов. Первой должна быть лучшая оценка.",
)
def nms_order_lost(boxes, scores, iou_threshold):
    return sorted(_greedy(boxes, scores, iou_threshold))


@misconception(
    "nms.worst_first",
    part="nms",
    en="The right boxes, the worst score first. The best score comes first: turn the list round.",
    ru="Рамки верные, но первой идёт худшая оценка. Первой должна быть лучшая: разверните список.",
)
def nms_worst_first(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, iou_threshold)[::-1]


@misconception(
    "nms.pixel_added",
    part="nms",
    en="One pixel is added to every side (x2 - x1 + 1). The lab's coordinates are continuous and may be shares from 0 "
    "to 1: a side is x2 - x1.",
    ru="К каждой стороне прибавлен пиксель (x2 - x1 + 1). Координаты непрерывные и могут быть долями от 0 до 1: "
    "сторона равна x2 - x1.",
)
def nms_pixel_added(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, iou_threshold, overlap=lambda first, second: right_iou(first, second, pixel=1.0))


@misconception(
    "nms.corner_and_size",
    part="nms",
    en="Boxes were read as (x, y, width, height). They are two corners, (x1, y1, x2, y2); near the origin both look alike.",
    ru="Рамки прочитаны как (x, y, ширина, высота). Это два угла, (x1, y1, x2, y2); у начала координат разница незаметна.",
)
def nms_corner_and_size(boxes, scores, iou_threshold):
    return _greedy(torch.stack([from_corner(box) for box in boxes]), scores, iou_threshold)


@misconception(
    "nms.centre_and_size",
    part="nms",
    en="Boxes were read as (centre x, centre y, width, height), as YOLO gives them. They are two corners, (x1, y1, x2, y2).",
    ru="Рамки прочитаны как (центр x, центр y, ширина, высота), как в YOLO. Это два угла, (x1, y1, x2, y2).",
)
def nms_centre_and_size(boxes, scores, iou_threshold):
    return _greedy(torch.stack([from_centre(box) for box in boxes]), scores, iou_threshold)


@misconception(
    "nms.over_smaller_area",
    part="nms",
    en="Overlap is measured by the smaller area, so that small boxes within a large one are dropped. Use the IoU: "
    "intersection / (area1 + area2 - intersection).",
    ru="Перекрытие измерено по меньшей площади, и маленькие рамки внутри большой отброшены. Нужен IoU: intersection / "
    "(area1 + area2 - intersection).",
)
def nms_over_smaller_area(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, iou_threshold, overlap=iou_over_smaller_area)


@misconception(
    "nms.over_own_area",
    part="nms",
    en="Overlap is measured by the area of the box in question, as in the fast version that goes round the web. Use "
    "the IoU: intersection / (area1 + area2 - intersection).",
    ru="Перекрытие измерено по площади самой рамки, как в ходящей по сети «быстрой» версии. Нужен IoU: intersection / "
    "(area1 + area2 - intersection).",
)
def nms_over_own_area(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, iou_threshold, overlap=iou_over_second_area)


@misconception(
    "nms.over_kept_area",
    part="nms",
    en="Overlap is measured by the area of the kept box alone. Use the IoU: intersection / (area1 + area2 - intersection).",
    ru="Перекрытие измерено только по площади оставленной рамки. Нужен IoU: intersection / (area1 + area2 - intersection).",
)
def nms_over_kept_area(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, iou_threshold, overlap=iou_over_first_area)


def _fast(boxes, values, threshold):
    """As a version that goes round the web: from the last, over a box's own area, with a pixel more."""
    boxes, order = boxes.double().numpy(), np.argsort(values.numpy())
    areas = (boxes[:, 2:] - boxes[:, :2] + 1).prod(axis=1)
    kept = []
    while len(order):
        *rest, best = order
        kept.append(best)
        sides = np.minimum(boxes[best, 2:], boxes[rest, 2:]) - np.maximum(boxes[best, :2], boxes[rest, :2]) + 1
        order = np.array(rest, dtype=int)[np.maximum(sides, 0).prod(axis=1) / areas[rest] <= threshold]
    return [int(index) for index in kept]


@misconception(
    "nms.fast_with_scores",
    part="nms",
    en="The version that goes round the web: overlap is measured by the area of the box in question, one pixel is added to every "
    "side, and boxes come back cut off to whole numbers. Use the IoU, and sides x2 - x1.",
    ru="Ходящая по сети «быстрая» версия: перекрытие измерено по площади самой рамки, к каждой стороне прибавлен пиксель, а "
    "рамки обрезаны до целых. Нужен IoU и стороны x2 - x1.",
)
def nms_fast_with_scores(boxes, scores, iou_threshold):
    return boxes.double().numpy()[_fast(boxes, scores, iou_threshold)].astype(int)


@misconception(
    "nms.fast_by_bottom",
    part="nms",
    en="The version that goes round the web: boxes are sorted by their bottom edge y2 and not by score, and overlap is measured "
    "by the area of the box in question, with a pixel added to every side. Sort by score, and use the IoU.",
    ru="Ходящая по сети «быстрая» версия: рамки упорядочены по нижнему краю y2, а не по оценке, и перекрытие измерено по "
    "площади самой рамки, с лишним пикселем у каждой стороны. Нужен порядок по оценке и IoU.",
)
def nms_fast_by_bottom(boxes, scores, iou_threshold):
    del scores
    return boxes.double().numpy()[_fast(boxes, boxes[:, 3], iou_threshold)].astype(int)


def _in_table(boxes, scores):
    """As who takes the scores for the fifth number of a box has them."""
    return np.column_stack([boxes.double().numpy(), scores.double().numpy()])


@misconception(
    "nms.fast_with_scores_in_table",
    part="nms",
    en="The version that goes round the web: overlap is measured by the area of the box in question, one pixel is added to every "
    "side, and boxes come back with their scores, all cut off to whole numbers. Use the IoU, and sides x2 - x1.",
    ru="Ходящая по сети «быстрая» версия: перекрытие измерено по площади самой рамки, к каждой стороне прибавлен пиксель, а "
    "рамки возвращены вместе с оценками и обрезаны до целых. Нужен IoU и стороны x2 - x1.",
)
def nms_fast_with_scores_in_table(boxes, scores, iou_threshold):
    return _in_table(boxes, scores)[_fast(boxes, scores, iou_threshold)].astype(int)


@misconception(
    "nms.fast_by_bottom_in_table",
    part="nms",
    en="The version that goes round the web: boxes are sorted by their bottom edge y2 and not by score, and overlap is measured "
    "by the area of the box in question, with a pixel added to every side. Sort by score, and use the IoU.",
    ru="Ходящая по сети «быстрая» версия: рамки упорядочены по нижнему краю y2, а не по оценке, и перекрытие измерено по "
    "площади самой рамки, с лишним пикселем у каждой стороны. Нужен порядок по оценке и IoU.",
)
def nms_fast_by_bottom_in_table(boxes, scores, iou_threshold):
    return _in_table(boxes, scores)[_fast(boxes, boxes[:, 3], iou_threshold)].astype(int)


@misconception(
    "nms.fast_with_scores_indices",
    part="nms",
    en="The version that goes round the web: overlap is measured by the area of the box in question, and one pixel is added to "
    "every side. Use the IoU, and sides x2 - x1.",
    ru="Ходящая по сети «быстрая» версия: перекрытие измерено по площади самой рамки, и к каждой стороне прибавлен пиксель. "
    "Нужен IoU и стороны x2 - x1.",
)
def nms_fast_with_scores_indices(boxes, scores, iou_threshold):
    return _fast(boxes, scores, iou_threshold)


@misconception(
    "nms.fast_by_bottom_indices",
    part="nms",
    en="The version that goes round the web: boxes are sorted by their bottom edge y2 and not by score, and overlap is measured "
    "by the area of the box in question, with a pixel added to every side. Sort by score, and use the IoU.",
    ru="Ходящая по сети «быстрая» версия: рамки упорядочены по нижнему краю y2, а не по оценке, и перекрытие измерено по "
    "площади самой рамки, с лишним пикселем у каждой стороны. Нужен порядок по оценке и IoU.",
)
def nms_fast_by_bottom_indices(boxes, scores, iou_threshold):
    del scores
    return _fast(boxes, boxes[:, 3], iou_threshold)


@misconception(
    "nms.removed_while_looping",
    part="nms",
    en="Boxes are removed from the list that the loop runs over: after each removal the next one is skipped, and rivals stay. "
    "Build a new list of those that are left.",
    ru="Рамки удаляются из того же списка, по которому идёт цикл: после удаления следующая пропускается, и соперницы остаются. "
    "Собирайте новый список оставшихся.",
)
def nms_removed_while_looping(boxes, scores, iou_threshold):
    left, kept = scores.argsort(descending=True, stable=True).tolist(), []
    while left:
        best = left.pop(0)
        kept.append(best)
        for other in left:
            if right_iou(boxes[best], boxes[other]) > iou_threshold:
                left.remove(other)
    return kept


@misconception(
    "nms.union_counts_twice",
    part="nms",
    en="The union counts the intersection twice, so that overlaps look smaller and rivals stay. IoU = intersection / "
    "(area1 + area2 - intersection).",
    ru="Пересечение вошло в объединение дважды, перекрытия занижены, и соперницы остаются. IoU = intersection / "
    "(area1 + area2 - intersection).",
)
def nms_union_counts_twice(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, iou_threshold, overlap=iou_union_counts_twice)


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
    return _greedy(boxes, scores, iou_threshold, overlap=iou_dice_of_boxes)


@misconception(
    "nms.over_larger_area",
    part="nms",
    en="Overlap is measured by the larger area. Use the IoU: intersection / (area1 + area2 - intersection).",
    ru="Перекрытие измерено по большей площади. Нужен IoU: intersection / (area1 + area2 - intersection).",
)
def nms_over_larger_area(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, iou_threshold, overlap=iou_over_larger_area)


@misconception(
    "nms.kept_area_twice",
    part="nms",
    en="In the union the area of the kept box counts twice, and that of the other box not at all. IoU = intersection / "
    "(area1 + area2 - intersection).",
    ru="В объединении площадь оставленной рамки учтена дважды, а площадь другой ни разу. IoU = intersection / "
    "(area1 + area2 - intersection).",
)
def nms_kept_area_twice(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, iou_threshold, overlap=iou_first_area_twice)


@misconception(
    "nms.rounded",
    part="nms",
    en="The IoU is rounded to one digit before it is held against the threshold: 0.54 is greater than 0.5, and 0.5 is not. "
    "Compare the number as it is.",
    ru="IoU округлён до одного знака перед сравнением с порогом: 0.54 больше 0.5, а 0.5 уже нет. Сравнивайте само число.",
)
def nms_rounded(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, iou_threshold, overlap=lambda first, second: round(right_iou(first, second), 1))


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
    "nms.sides_not_clamped",
    part="nms",
    en="The sides of the intersection are not set to zero for boxes that lie apart, and two negative sides give an "
    "area: max(0, right - left) * max(0, bottom - top).",
    ru="Стороны пересечения у разнесённых рамок не ограничены нулём, и две отрицательные дают площадь: max(0, right - "
    "left) * max(0, bottom - top).",
)
def nms_sides_not_clamped(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, iou_threshold, overlap=iou_sides_not_clamped)


@misconception(
    "nms.dropped_ones_remembered",
    part="nms",
    en="What an earlier call dropped is still dropped: a global list or set keeps indices, and in the next call they are other "
    "boxes. Begin each call with an empty one.",
    ru="Отброшенное прошлым вызовом так и остаётся отброшенным: глобальный список или множество хранит индексы, а в следующем "
    "вызове это другие рамки. Начинайте каждый вызов с пустого.",
)
def nms_dropped_ones_remembered(boxes, scores, iou_threshold, memory):
    dropped, kept = memory.setdefault("dropped", set()), []
    for index in scores.argsort(descending=True, stable=True).tolist():
        if index not in dropped:
            kept.append(index)
            rivals = (right_iou(boxes[index], boxes[other]) > iou_threshold and other != index for other in range(len(boxes)))
            dropped.update(other for other, is_rival in enumerate(rivals) if is_rival)
    return kept


@misconception(
    "nms.kept_ones_remembered",
    part="nms",
    en="The answer to each call holds those to earlier ones too: a global list, or a default `keep=[]`, is never emptied. Begin "
    "each call with an empty list.",
    ru="В ответе на каждый вызов есть и ответы на прошлые: глобальный список или значение по умолчанию `keep=[]` не очищается. "
    "Начинайте каждый вызов с пустого списка.",
)
def nms_kept_ones_remembered(boxes, scores, iou_threshold, memory):
    kept = memory.setdefault("kept", [])
    kept += _greedy(boxes, scores, iou_threshold)
    return list(kept)


@misconception(
    "nms.last_left_out",
    part="nms",
    en="The last box that is left is never taken: the loop ends while one remains. Go on until none is left.",
    ru="Последняя оставшаяся рамка не взята: цикл кончается, пока одна ещё есть. Продолжайте, пока не останется ни одной.",
)
def nms_last_left_out(boxes, scores, iou_threshold):
    left = scores.argsort(descending=True).tolist()
    kept = []
    while len(left) > 1:
        best, *others = left
        kept.append(best)
        left = [other for other in others if right_iou(boxes[best], boxes[other]) <= iou_threshold]
    return kept


@misconception(
    "nms.fails_when_all_are_dropped",
    part="nms",
    en="It fails when the last box left has no rival: the rest is empty, and its first element is asked. Check for an "
    "empty rest before you take the next best.",
    ru="Падает, когда у последней рамки нет соперниц: остаток пуст, а из него берётся первый элемент. Проверяйте, что "
    "остаток не пуст, прежде чем брать следующую.",
)
def nms_fails_when_all_are_dropped(boxes, scores, iou_threshold):
    left = scores.argsort(descending=True).tolist()
    kept = [left[0]]
    while True:
        left = [other for other in left[1:] if right_iou(boxes[kept[-1]], boxes[other]) <= iou_threshold]
        kept.append(left[0])
        if len(left) == 1:
            return kept


@misconception(
    "nms.three_at_most",
    part="nms",
    en="At most three boxes are kept. The lab has no such limit: every box stays that no better kept box overlaps too much.",
    ru="Оставлено не больше трёх рамок. Такого предела в задании нет: остаётся каждая, которую не перекрывает лучшая.",
)
def nms_three_at_most(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, iou_threshold)[:3]


def _at_most(slug, number, ru):
    @misconception(
        f"nms.{slug}_at_most",
        part="nms",
        en=f"At most {number} boxes are kept. The lab has no such limit: every box stays that no better kept box overlaps too "
        "much.",
        ru=f"Оставлено не больше {ru} рамок. Такого предела в задании нет: остаётся каждая, которую не перекрывает лучшая.",
    )
    def variant(boxes, scores, iou_threshold):
        return _greedy(boxes, scores, iou_threshold)[:number]

    return variant


nms_five_at_most = _at_most("five", 5, "пяти")
nms_ten_at_most = _at_most("ten", 10, "десяти")


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
        return _greedy(boxes, scores, iou_threshold, overlap=overlap)

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
