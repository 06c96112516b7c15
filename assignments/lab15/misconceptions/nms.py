"""Of non-maximum suppression: the wrong order, threshold or comparison. Answers: `nms_answers`; overlaps: `nms_overlaps`."""

# ruff: noqa: D103 - the explanation in each decorator says what the function does

import math
from itertools import pairwise

import numpy as np
import torch

from grader.testing import misconception

from .iou import right_iou


def greedy(boxes, scores, threshold, *, overlap=right_iou, descending=True):
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
    return greedy(boxes, scores, iou_threshold - 1e-9)


@misconception(
    "nms.ascending",
    part="nms",
    en="The worst score first. argsort sorts upwards; NMS begins with the best: argsort(descending=True), or [::-1].",
    ru="Начато с худшей оценки. argsort сортирует по возрастанию, а NMS начинает с лучшей: argsort(descending=True) или [::-1].",
)
def nms_ascending(boxes, scores, iou_threshold):
    return greedy(boxes, scores, iou_threshold, descending=False)


@misconception(
    "nms.order_as_given",
    part="nms",
    en="Boxes are taken in the order in which they were given. Sort by score first (sorting the scores alone does not move the "
    "boxes): of two rivals the better one stays.",
    ru="Рамки взяты в том порядке, в каком переданы. Сначала их нужно упорядочить по оценке (сортировка одних оценок рамки не "
    "переставляет): из двух соперниц остаётся лучшая.",
)
def nms_order_as_given(boxes, scores, iou_threshold):
    return greedy(boxes, -torch.arange(len(scores)), iou_threshold)


@misconception(
    "nms.order_by_bottom",
    part="nms",
    en="Boxes are sorted by their bottom edge y2, as in Malisiewicz's old code, which knew no scores. Sort by score.",
    ru="Рамки упорядочены по нижнему краю y2, как в старом коде Malisiewicz, где оценок не было. Нужен порядок по оценке.",
)
def nms_order_by_bottom(boxes, scores, iou_threshold):
    del scores
    return greedy(boxes, boxes[:, 3], iou_threshold)


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
    return [len(boxes) - 1 - index for index in greedy(boxes.flip(0), boxes.flip(0)[:, 3], iou_threshold)]


@misconception(
    "nms.low_threshold_raised",
    part="nms",
    en="A low threshold is replaced by a higher one. Whatever is given holds: each call has its own.",
    ru="Низкий порог заменён на более высокий. Действует тот, что передан: у каждого вызова он свой.",
)
def nms_low_threshold_raised(boxes, scores, iou_threshold):
    return greedy(boxes, scores, max(iou_threshold, 0.3))


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
        return greedy(boxes, places, iou_threshold)

    return variant


nms_order_by_area = _by_area("order_by_area", lambda areas: areas.argsort(descending=True, stable=True))
nms_order_by_area_from_the_last = _by_area("order_by_area_from_the_last", lambda areas: areas.argsort(stable=True).flip(0))
nms_order_by_area_as_torch_sorts = _by_area("order_by_area_as_torch_sorts", lambda areas: areas.argsort(descending=True))


def _by_corner(slug, order, words, russian):
    """The boxes from one side of the picture to the other."""

    @misconception(
        f"nms.{slug}",
        part="nms",
        en=f"The boxes are taken {words}. NMS goes by score: of two rivals the one with the better score stays.",
        ru=f"Рамки взяты {russian}. NMS идёт по оценкам: из двух соперниц остаётся та, у которой оценка выше.",
    )
    def variant(boxes, scores, iou_threshold):
        places = torch.empty_like(scores)
        places[order(boxes)] = -torch.arange(len(scores), dtype=scores.dtype)
        return greedy(boxes, places, iou_threshold)

    return variant


_FROM_LEFT = "from left to right, by x1", "слева направо, по x1"
nms_order_by_left = _by_corner("order_by_left", lambda boxes: boxes[:, 0].argsort(stable=True), *_FROM_LEFT)
nms_order_by_left_as_numpy_sorts = _by_corner(
    "order_by_left_as_numpy_sorts", lambda boxes: torch.from_numpy(np.argsort(boxes[:, 0].numpy())), *_FROM_LEFT
)
nms_order_by_left_as_torch_sorts = _by_corner("order_by_left_as_torch_sorts", lambda boxes: boxes[:, 0].argsort(), *_FROM_LEFT)
nms_order_by_top = _by_corner(
    "order_by_top", lambda boxes: boxes[:, 1].argsort(stable=True), "from the top down, by y1", "сверху вниз, по y1"
)


@misconception(
    "nms.one_of_each_group",
    part="nms",
    en="One box is kept of each group that is linked by overlaps, through boxes that go as well. Only a kept box drops others: "
    "what overlaps none of those that stay, stays.",
    ru="Из каждой группы, связанной перекрытиями, в том числе через отброшенные рамки, оставлена одна. Отбрасывает только "
    "оставленная: рамка, которая не перекрывает ни одной оставленной, остаётся.",
)
def nms_one_of_each_group(boxes, scores, iou_threshold):
    left, kept = set(range(len(boxes))), []
    for index in scores.argsort(descending=True).tolist():
        if index not in left:
            continue
        kept.append(index)
        left.discard(index)
        reached = [index]
        while reached:
            one = reached.pop()
            linked = [other for other in left if right_iou(boxes[one], boxes[other]) > iou_threshold]
            left.difference_update(linked)
            reached += linked
    return kept


def _without(slug, place, words, russian):
    """All but one of the given boxes."""

    @misconception(
        f"nms.{slug}",
        part="nms",
        en=f"The {words} of the given boxes is never looked at, as where a range or a slice leaves it out. All boxes take part.",
        ru=f"На {russian} из переданных рамок код не смотрит, как если её пропускает range или срез. Участвуют все рамки.",
    )
    def variant(boxes, scores, iou_threshold):
        others = [index for index in range(len(boxes)) if index != place % len(boxes)]
        return [others[index] for index in greedy(boxes[others], scores[others], iou_threshold)]

    return variant


nms_first_given_left_out = _without("first_given_left_out", 0, "first", "первую")
nms_last_given_left_out = _without("last_given_left_out", -1, "last", "последнюю")


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
    "nms.best_only_in_order_as_given",
    part="nms",
    en="Only the best box drops others, and these then come in the order in which they were given. Go on with the best of those "
    "that are left, to the end.",
    ru="Отбрасывает только самая лучшая рамка, а остальные идут в том порядке, в каком переданы. Продолжайте с лучшей из "
    "оставшихся, пока они есть.",
)
def nms_best_only_in_order_as_given(boxes, scores, iou_threshold):
    best, *others = nms_best_only(boxes, scores, iou_threshold)
    return [best, *sorted(others)]


@misconception(
    "nms.keeps_one",
    part="nms",
    en="Only the best box of all is kept: the work ends with it, or every overlap comes out too large (union / intersection?). "
    "Each object has its own: repeat with the best of those that are left.",
    ru="Оставлена только одна, самая лучшая рамка: на ней работа кончается, или все перекрытия выходят слишком большими (union / "
    "intersection?). У каждого объекта своя: повторяйте с лучшей из оставшихся.",
)
def nms_keeps_one(boxes, scores, iou_threshold):
    return greedy(boxes, scores, iou_threshold)[:1]


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
    return greedy(boxes, scores, -iou_threshold, overlap=lambda first, second: -right_iou(first, second))


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
    return greedy(boxes, scores, 0.0)


@misconception(
    "nms.one_minus_threshold",
    part="nms",
    en="1 - iou_threshold is taken for the threshold; at 0.5 that makes no difference. A box goes when its IoU is greater than "
    "iou_threshold itself.",
    ru="Порогом служит 1 - iou_threshold; при 0.5 разницы нет. Рамка отбрасывается, когда её IoU больше самого iou_threshold.",
)
def nms_one_minus_threshold(boxes, scores, iou_threshold):
    return greedy(boxes, scores, 1 - iou_threshold)


@misconception(
    "nms.fixed_threshold",
    part="nms",
    ignores="iou_threshold",
    en="The threshold is always 0.5, whatever is given. Use the parameter iou_threshold.",
    ru="Порог всегда 0.5, что бы ни передали. Нужен параметр iou_threshold.",
)
def nms_fixed_threshold(boxes, scores, iou_threshold):
    del iou_threshold
    return greedy(boxes, scores, 0.5)


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
        return greedy(boxes, scores, threshold)

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
    return [index for index in greedy(boxes, scores, iou_threshold) if scores[index] >= 0.3]


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
        return [index for index in greedy(boxes, scores, iou_threshold) if scores[index] >= least]

    return variant


nms_low_scores_dropped_05 = _low_scores("05", 0.5)
nms_low_scores_dropped_02 = _low_scores("02", 0.2)
nms_low_scores_dropped_01 = _low_scores("01", 0.1)
nms_low_scores_dropped_005 = _low_scores("005", 0.05)


@misconception(
    "nms.threshold_for_scores_too",
    part="nms",
    en="The threshold is held against the scores as well, and boxes below it are dropped. It is the largest IoU with a better "
    "kept box that a box may have; no score is too low.",
    ru="С порогом сравниваются ещё и оценки, и рамки ниже него отброшены. Порог ограничивает только IoU с лучшей из оставленных "
    "рамок; слишком низких оценок нет.",
)
def nms_threshold_for_scores_too(boxes, scores, iou_threshold):
    return [index for index in greedy(boxes, scores, iou_threshold) if scores[index] > iou_threshold]


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
    kept += greedy(boxes, scores, iou_threshold)
    return list(kept)


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
