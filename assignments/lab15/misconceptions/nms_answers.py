"""Of non-maximum suppression: the right boxes are kept, and something else than their indices is answered."""

# ruff: noqa: D103 - the explanation in each decorator says what the function does

import torch

from grader.testing import misconception

from .iou import right_iou
from .nms import greedy


@misconception(
    "nms.keep_mask",
    part="nms",
    en="A keep mask instead of indices. It says the same, without the order; it is accepted.",
    ru="Маска вместо индексов. Она говорит то же самое, только без порядка; это зачтено.",
    accepted=True,
)
def nms_keep_mask(boxes, scores, iou_threshold):
    mask = torch.zeros(len(boxes), dtype=torch.bool)
    mask[greedy(boxes, scores, iou_threshold)] = True
    return mask


@misconception(
    "nms.kept_boxes",
    part="nms",
    en="The kept boxes themselves instead of their indices; it is accepted.",
    ru="Сами оставленные рамки вместо их индексов; это зачтено.",
    accepted=True,
)
def nms_kept_boxes(boxes, scores, iou_threshold):
    return boxes[greedy(boxes, scores, iou_threshold)]


@misconception(
    "nms.dropped_ones",
    part="nms",
    en="These are the boxes that have to go. Return the ones that stay.",
    ru="Это рамки, которые нужно убрать. Верните те, что остаются.",
)
def nms_dropped_ones(boxes, scores, iou_threshold):
    kept = greedy(boxes, scores, iou_threshold)
    return [index for index in range(len(boxes)) if index not in kept]


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
        return [high.index(index) for index in greedy(boxes, scores, iou_threshold) if index in high]

    return variant


nms_places_among_scores_above_05 = _places_among_high_scores("05", 0.5)
nms_places_among_scores_above_03 = _places_among_high_scores("03", 0.3)


@misconception(
    "nms.scores_of_kept",
    part="nms",
    en="The scores of the kept boxes. Their indices are asked, so that boxes[keep] and scores[keep] work.",
    ru="Оценки оставленных рамок. Нужны индексы, чтобы работало boxes[keep] и scores[keep].",
)
def nms_scores_of_kept(boxes, scores, iou_threshold):
    return scores[greedy(boxes, scores, iou_threshold)]


@misconception(
    "nms.number_of_kept",
    part="nms",
    en="How many boxes are kept. Which ones is asked: their indices.",
    ru="Сколько рамок осталось. Нужно, какие: их индексы.",
)
def nms_number_of_kept(boxes, scores, iou_threshold):
    return len(greedy(boxes, scores, iou_threshold))


@misconception(
    "nms.float_indices",
    part="nms",
    en="The indices are floating-point numbers, and boxes[keep] fails with those. Make them integers (int64, dtype=int).",
    ru="Индексы стали числами с плавающей точкой, и boxes[keep] с ними не работает. Нужны целые (int64, dtype=int).",
)
def nms_float_indices(boxes, scores, iou_threshold):
    return torch.tensor(greedy(boxes, scores, iou_threshold), dtype=torch.float32)


@misconception(
    "nms.counted_from_one",
    part="nms",
    en="The indices count from 1. In Python the first box is number 0.",
    ru="Индексы идут от 1. В Python первая рамка имеет номер 0.",
)
def nms_counted_from_one(boxes, scores, iou_threshold):
    return [index + 1 for index in greedy(boxes, scores, iou_threshold)]


@misconception(
    "nms.looked_up_by_score",
    part="nms",
    en="The indices were looked up by score (scores.index), which finds the first of two boxes with one score twice. Sort the "
    "indices themselves.",
    ru="Индексы найдены по оценке (scores.index), и из двух рамок с одной оценкой дважды найдена первая. Сортируйте сами "
    "индексы.",
)
def nms_looked_up_by_score(boxes, scores, iou_threshold):
    return [scores.tolist().index(scores[index]) for index in greedy(boxes, scores, iou_threshold)]


@misconception(
    "nms.looked_up_by_box",
    part="nms",
    en="The indices were looked up by the box (boxes.index), which finds the first of two equal ones, though it may be the "
    "worse. Sort the indices themselves.",
    ru="Индексы найдены по рамке (boxes.index), и из двух одинаковых найдена первая, хотя она может быть хуже. Сортируйте сами "
    "индексы.",
)
def nms_looked_up_by_box(boxes, scores, iou_threshold):
    return [boxes.tolist().index(boxes[index].tolist()) for index in greedy(boxes, scores, iou_threshold)]


@misconception(
    "nms.places_after_sorting",
    part="nms",
    en="The indices count the boxes after sorting. Translate them back: order[i] is the index in the boxes as given.",
    ru="Индексы относятся к рамкам после сортировки. Их нужно перевести обратно: order[i] есть индекс среди переданных рамок.",
)
def nms_places_after_sorting(boxes, scores, iou_threshold):
    order = scores.argsort(descending=True).tolist()
    return [order.index(index) for index in greedy(boxes, scores, iou_threshold)]


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
    return [order[place] for place in greedy(boxes, -torch.arange(len(scores)), iou_threshold)]


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
    return sorted(greedy(boxes, scores, iou_threshold))


@misconception(
    "nms.worst_first",
    part="nms",
    en="The right boxes, the worst score first. The best score comes first: turn the list round.",
    ru="Рамки верные, но первой идёт худшая оценка. Первой должна быть лучшая: разверните список.",
)
def nms_worst_first(boxes, scores, iou_threshold):
    return greedy(boxes, scores, iou_threshold)[::-1]


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
    "nms.three_at_most",
    part="nms",
    en="At most three boxes are kept. The lab has no such limit: every box stays that no better kept box overlaps too much.",
    ru="Оставлено не больше трёх рамок. Такого предела в задании нет: остаётся каждая, которую не перекрывает лучшая.",
)
def nms_three_at_most(boxes, scores, iou_threshold):
    return greedy(boxes, scores, iou_threshold)[:3]


def _at_most(slug, number, ru):
    @misconception(
        f"nms.{slug}_at_most",
        part="nms",
        en=f"At most {number} boxes are kept. The lab has no such limit: every box stays that no better kept box overlaps too "
        "much.",
        ru=f"Оставлено не больше {ru} рамок. Такого предела в задании нет: остаётся каждая, которую не перекрывает лучшая.",
    )
    def variant(boxes, scores, iou_threshold):
        return greedy(boxes, scores, iou_threshold)[:number]

    return variant


nms_five_at_most = _at_most("five", 5, "пяти")
nms_ten_at_most = _at_most("ten", 10, "десяти")
