"""Of class activation maps: the wrong sum, class, axes or scale."""

# ruff: noqa: D103 - the explanation in each decorator says what the function does

import torch
from torch.nn import functional

from grader.testing import misconception


def _maps(features):
    return features[0] if features.ndim == 4 else features


def _weighted(features, row):
    return torch.einsum("k,khw->hw", row, _maps(features))


@misconception(
    "cam.channels_not_summed",
    part="cam",
    en="The channels are weighted, but not added up: (C, h, w). The map is the sum over all of them, M = sum over k "
    "of W[class_idx, k] * features[k], (h, w).",
    ru="Каналы умножены на веса, но не сложены: (C, h, w). Карта есть сумма по всем каналам: M = сумма по k от "
    "W[class_idx, k] * features[k], форма (h, w).",
)
def cam_channels_not_summed(features, weights, class_idx):
    return weights[class_idx][:, None, None] * _maps(features)


def _over_another_axis(slug, axis, en, ru):
    @misconception(
        f"cam.{slug}_added_up",
        part="cam",
        en=f"Added up over {en} instead of the channels, the wrong axis of (C, h, w). The map is the sum over all channels, "
        "axis 0: M = sum over k of W[class_idx, k] * features[k], (h, w).",
        ru=f"Сложено по {ru}, а не по каналам: не та ось у (C, h, w). Карта есть сумма по всем каналам, по оси 0: M = сумма по k "
        "от W[class_idx, k] * features[k], форма (h, w).",
    )
    def variant(features, weights, class_idx):
        return (weights[class_idx][:, None, None] * _maps(features)).sum(axis)

    return variant


cam_rows_added_up = _over_another_axis("rows", 1, "the rows", "строкам")
cam_columns_added_up = _over_another_axis("columns", 2, "the columns", "столбцам")


@misconception(
    "cam.mean",
    part="cam",
    en="The mean over the channels instead of the sum. The map has the same pattern, C times weaker; it is accepted.",
    ru="Среднее по каналам вместо суммы. Рисунок карты тот же, только в C раз слабее; это зачтено.",
    accepted=True,
)
def cam_mean(features, weights, class_idx):
    return (weights[class_idx][:, None, None] * _maps(features)).mean(0)


@misconception(
    "cam.relu",
    part="cam",
    en="With a ReLU at the end, as in Grad-CAM. What speaks against the class is cut off; it is accepted.",
    ru="С ReLU в конце, как в Grad-CAM. Всё, что свидетельствует против класса, отброшено; это зачтено.",
    accepted=True,
)
def cam_relu(features, weights, class_idx):
    return _weighted(features, weights[class_idx]).relu()


@misconception(
    "cam.scaled",
    part="cam",
    en="Scaled to 0..1, as for drawing. The pattern is the same; it is accepted.",
    ru="Приведено к 0..1, как для рисунка. Рисунок карты тот же; это зачтено.",
    accepted=True,
)
def cam_scaled(features, weights, class_idx):
    cam = _weighted(features, weights[class_idx])
    return (cam - cam.min()) / (cam.max() - cam.min())


@misconception(
    "cam.levels",
    part="cam",
    en="As a picture of 256 levels. It is exact enough to be seen, and accepted.",
    ru="Как картинка из 256 уровней яркости. Для глаза этого хватает; зачтено.",
    accepted=True,
)
def cam_levels(features, weights, class_idx):
    return (255 * cam_scaled(features, weights, class_idx)).to(torch.uint8)


@misconception(
    "cam.enlarged",
    part="cam",
    en="Enlarged to the size of the picture. It is compared with the expected map enlarged alike, and accepted.",
    ru="Увеличено до размера картинки. Сравнивается с так же увеличенной верной картой; это зачтено.",
    accepted=True,
)
def cam_enlarged(features, weights, class_idx):
    cam = _weighted(features, weights[class_idx])
    return functional.interpolate(cam[None, None], (224, 224), mode="bilinear", align_corners=False)[0, 0]


@misconception(
    "cam.extra_axis",
    part="cam",
    en="One axis too many: (1, h, w). The values are right and it is accepted.",
    ru="Лишняя ось: (1, h, w). Значения верные, это зачтено.",
    accepted=True,
)
def cam_extra_axis(features, weights, class_idx):
    return _weighted(features, weights[class_idx])[None]


@misconception(
    "cam.strongest_class",
    part="cam",
    en="The map of the class with the highest score, whichever class was given. Use the parameter: W[class_idx].",
    ru="Карта класса с наибольшей оценкой, какой бы класс ни передали. Нужен параметр: W[class_idx].",
)
def cam_strongest_class(features, weights, class_idx):
    del class_idx
    return _weighted(features, weights[(weights @ _maps(features).mean((1, 2))).argmax()])


def _of_one_class(slug, index, en, ru):
    @misconception(
        f"cam.{slug}_class",
        part="cam",
        en=f"Always the map of {en}. Use the parameter: W[class_idx].",
        ru=f"Всегда карта {ru}. Нужен параметр: W[class_idx].",
    )
    def variant(features, weights, class_idx):
        del class_idx
        return _weighted(features, weights[index])

    return variant


cam_first_class = _of_one_class("first", 0, "class 0", "класса 0")
cam_second_class = _of_one_class("second", 1, "class 1", "класса 1")
cam_last_class = _of_one_class("last", -1, "the last class, W[-1]", "последнего класса, W[-1]")


@misconception(
    "cam.class_by_rank",
    part="cam",
    en="The class's number is taken for a place in the order of the scores: 0 for the best. It is the row of W: W[class_idx].",
    ru="Номер класса принят за место по убыванию оценок: 0 у лучшего. Это номер строки W: W[class_idx].",
)
def cam_class_by_rank(features, weights, class_idx):
    order = (weights @ _maps(features).mean((1, 2))).argsort(descending=True)
    return _weighted(features, weights[order[class_idx]])


@misconception(
    "cam.class_before",
    part="cam",
    en="The class before the one that was given: W[class_idx - 1]. Classes are counted from 0, as rows of W are.",
    ru="Класс перед заданным: W[class_idx - 1]. Классы нумеруются с нуля, как и строки W.",
)
def cam_class_before(features, weights, class_idx):
    return _weighted(features, weights[class_idx - 1])


@misconception(
    "cam.class_after",
    part="cam",
    en="The class after the one that was given: W[class_idx + 1]. Classes are counted from 0, as rows of W are.",
    ru="Класс после заданного: W[class_idx + 1]. Классы нумеруются с нуля, как и строки W.",
)
def cam_class_after(features, weights, class_idx):
    return _weighted(features, weights[(class_idx + 1) % len(weights)])


@misconception(
    "cam.all_classes",
    part="cam",
    en="The maps of all classes at once: (num_classes, h, w). Return the one of the class that was given, M[class_idx].",
    ru="Карты сразу всех классов: (num_classes, h, w). Нужна одна, заданного класса: M[class_idx].",
)
def cam_all_classes(features, weights, class_idx):
    del class_idx
    return torch.einsum("ck,khw->chw", weights, _maps(features))


@misconception(
    "cam.mean_over_classes",
    part="cam",
    en="The weights (or the maps) of all classes were averaged or added up, so that the map belongs to none. Use the row of the "
    "class, W[class_idx].",
    ru="Веса (или карты) всех классов усреднены или сложены, и карта не относится ни к одному. Нужна строка своего класса, "
    "W[class_idx].",
)
def cam_mean_over_classes(features, weights, class_idx):
    del class_idx
    return _weighted(features, weights.mean(0))


@misconception(
    "cam.column_of_weights",
    part="cam",
    en="A column of W instead of a row. W[:, k] holds what all classes think of one channel; the class's weights are "
    "the row W[class_idx].",
    ru="Столбец W вместо строки. W[:, k] показывает, что все классы думают об одном канале; веса класса стоят в "
    "строке W[class_idx].",
)
def cam_column_of_weights(features, weights, class_idx):
    return _weighted(features, weights[:, class_idx])


@misconception(
    "cam.column_of_weights_over_a_batch",
    part="cam",
    en="A column of W instead of a row: W[:, k] holds what all classes think of one channel. As it does not fit the channels, "
    "tensordot adds up its numbers over an axis of length 1 and leaves the channels as they are; the class's weights are the "
    "row W[class_idx].",
    ru="Столбец W вместо строки: W[:, k] показывает, что все классы думают об одном канале. К каналам он не подходит, и "
    "tensordot складывает его числа по оси длины 1, а каналы оставляет как есть; веса класса стоят в строке W[class_idx].",
)
def cam_column_of_weights_over_a_batch(features, weights, class_idx):
    return torch.tensordot(weights[:, class_idx], _maps(features)[None], dims=1)


@misconception(
    "cam.column_in_a_loop",
    part="cam",
    en="Rows and columns of W are exchanged: W[k, class_idx] is the weight of channel class_idx for class k, and where there are "
    "more channels than classes there is no such row. The class's weights are W[class_idx, k].",
    ru="Строки и столбцы W перепутаны: W[k, class_idx] есть вес канала class_idx для класса k, а когда каналов больше, чем "
    "классов, такой строки и нет. Веса класса: W[class_idx, k].",
)
def cam_column_in_a_loop(features, weights, class_idx):
    return sum(weights[k, class_idx] * channel for k, channel in enumerate(_maps(features)))


@misconception(
    "cam.softmax_weights",
    part="cam",
    en="A softmax of the weights, or exp. All weights become positive, and channels that speak against the class count for "
    "it: M = sum over k of W[class_idx, k] * features[k], with W as it is.",
    ru="К весам применён softmax или exp. Все веса стали положительными, и каналы, говорящие против класса, засчитаны за "
    "него: M = сумма по k от W[class_idx, k] * features[k], где W берётся как есть.",
)
def cam_softmax_weights(features, weights, class_idx):
    return _weighted(features, weights[class_idx].softmax(0))


@misconception(
    "cam.sigmoid_weights",
    part="cam",
    en="A sigmoid of the weights. All become positive and alike, near 0.5, so that the map is nearly the plain sum of the "
    "channels; W counts as it is, with its signs.",
    ru="К весам применена сигмоида. Все они стали положительными и похожими, около 0.5, и карта почти не отличается от простой "
    "суммы каналов; W нужна как есть, со знаками.",
)
def cam_sigmoid_weights(features, weights, class_idx):
    return _weighted(features, weights[class_idx].sigmoid())


@misconception(
    "cam.squared_weights",
    part="cam",
    en="Squares of the weights. Channels that speak against the class then count for it, and strong ones more than they should; "
    "each counts with W[class_idx, k] itself.",
    ru="Взяты квадраты весов. Каналы, говорящие против класса, засчитаны за него, а сильные весят больше, чем должны; нужен сам "
    "вес W[class_idx, k].",
)
def cam_squared_weights(features, weights, class_idx):
    return _weighted(features, weights[class_idx] ** 2)


@misconception(
    "cam.sums_apart",
    part="cam",
    en="The weights were added up for themselves, and the channels for themselves, and the sums multiplied. A sum of products is "
    "no product of sums: multiply each channel by its weight first, then add up.",
    ru="Веса сложены отдельно, каналы отдельно, а суммы перемножены. Сумма произведений не равна произведению сумм: сначала "
    "умножьте каждый канал на его вес, потом складывайте.",
)
def cam_sums_apart(features, weights, class_idx):
    return weights[class_idx].sum() * _maps(features).sum(0)


@misconception(
    "cam.softmax_over_classes",
    part="cam",
    en="A softmax over the classes for every channel. It belongs to the scores, after fc; here W counts as it is.",
    ru="Softmax по классам для каждого канала. Его место на оценках, после fc; здесь нужна W как есть.",
)
def cam_softmax_over_classes(features, weights, class_idx):
    return _weighted(features, weights.softmax(0)[class_idx])


@misconception(
    "cam.scaled_weights",
    part="cam",
    en="The class's weights were scaled to 0..1, or moved until none was negative. Channels that speak against the class then "
    "count for it; W counts as it is.",
    ru="Веса класса приведены к 0..1 или сдвинуты так, что отрицательных не осталось. Каналы, говорящие против класса, тогда "
    "засчитаны за него; нужна W как есть.",
)
def cam_scaled_weights(features, weights, class_idx):
    row = weights[class_idx]
    return _weighted(features, (row - row.min()) / (row.max() - row.min()))


@misconception(
    "cam.centred_weights",
    part="cam",
    en="The mean of the class's weights was subtracted from them, or of each cell's features, which comes to the same. Both "
    "count as they are.",
    ru="Из весов класса вычтено их среднее или из признаков каждой ячейки их среднее, что одно и то же. Нужны и те и другие как "
    "есть.",
)
def cam_centred_weights(features, weights, class_idx):
    return _weighted(features, weights[class_idx] - weights[class_idx].mean())


@misconception(
    "cam.means_for_weights",
    part="cam",
    en="Each channel is weighted by its own mean, the same for every class. The weights of the class are the row W[class_idx].",
    ru="Каждый канал взят с весом, равным его среднему, одинаково для всех классов. Веса класса стоят в строке W[class_idx].",
)
def cam_means_for_weights(features, weights, class_idx):
    del weights, class_idx
    return _weighted(features, _maps(features).mean((1, 2)))


@misconception(
    "cam.weights_times_means",
    part="cam",
    en="The weights were multiplied by the means of the channels. The pooling belongs to the class's score; in the map a channel "
    "counts with W[class_idx, k] alone.",
    ru="Веса умножены на средние по каналам. Усреднение относится к оценке класса; в карту канал входит только с весом "
    "W[class_idx, k].",
)
def cam_weights_times_means(features, weights, class_idx):
    return _weighted(features, weights[class_idx] * _maps(features).mean((1, 2)))


@misconception(
    "cam.absolute_weights",
    part="cam",
    en="Absolute values of the weights. Channels that speak against the class then count for it; keep the signs of W.",
    ru="Взяты модули весов. Каналы, говорящие против класса, засчитаны за него; знаки W нужно сохранить.",
)
def cam_absolute_weights(features, weights, class_idx):
    return _weighted(features, weights[class_idx].abs())


@misconception(
    "cam.negative_weights_zeroed",
    part="cam",
    en="Negative weights were dropped. They say what speaks against the class and belong to the sum over all k.",
    ru="Отрицательные веса отброшены. Они показывают, что говорит против класса, и входят в сумму по всем k.",
)
def cam_negative_weights_zeroed(features, weights, class_idx):
    return _weighted(features, weights[class_idx].relu())


@misconception(
    "cam.relu_of_terms",
    part="cam",
    en="A ReLU of every term, before the sum. What speaks against the class is lost; the sum runs over all terms as they are.",
    ru="ReLU применён к каждому слагаемому, до суммы. Всё, что говорит против класса, потеряно; складываются все слагаемые.",
)
def cam_relu_of_terms(features, weights, class_idx):
    return (weights[class_idx][:, None, None] * _maps(features)).relu().sum(0)


@misconception(
    "cam.signs_of_weights",
    part="cam",
    en="Only the signs of the weights count. Each channel counts with its whole weight W[class_idx, k].",
    ru="Учтены только знаки весов. Каждый канал входит с полным весом W[class_idx, k].",
)
def cam_signs_of_weights(features, weights, class_idx):
    return _weighted(features, weights[class_idx].sign())


@misconception(
    "cam.without_weights",
    part="cam",
    en="The plain sum of the channels, the same for every class (weights that are added, not multiplied, only shift it). Each "
    "channel counts with its weight: W[class_idx, k] * features[k].",
    ru="Простая сумма каналов, одинаковая для всех классов (прибавленные, а не умноженные веса её только сдвигают). Каждый "
    "канал входит со своим весом: W[class_idx, k] * features[k].",
)
def cam_without_weights(features, weights, class_idx):
    del weights, class_idx
    return _maps(features).sum(0)


@misconception(
    "cam.strongest_channel",
    part="cam",
    en="The channel with the largest weight alone. The map is the sum over all channels, not the best of them.",
    ru="Только канал с наибольшим весом. Карта есть сумма по всем каналам, а не лучший из них.",
)
def cam_strongest_channel(features, weights, class_idx):
    return _maps(features)[weights[class_idx].argmax()]


@misconception(
    "cam.channel_of_class",
    part="cam",
    en="The channel whose number is that of the class. Channels are no classes: the weights W[class_idx, k] say how much each of "
    "them counts, and the map is the sum over all.",
    ru="Канал с номером класса. Каналы не классы: сколько весит каждый, говорят веса W[class_idx, k], а карта есть сумма по всем "
    "каналам.",
)
def cam_channel_of_class(features, weights, class_idx):
    del weights
    return _maps(features)[class_idx]


@misconception(
    "cam.first_channel_only",
    part="cam",
    en="Only the first channel is in the map: the return stands inside the loop, which ends after one step. Return after it.",
    ru="В карте только первый канал: return стоит внутри цикла, и тот кончается после первого шага. Место return после цикла.",
)
def cam_first_channel_only(features, weights, class_idx):
    return weights[class_idx][0] * _maps(features)[0]


@misconception(
    "cam.last_channel_only",
    part="cam",
    en="Only the last channel is in the map: each step of the loop replaces what the one before it gave. Add up: +=, not =.",
    ru="В карте только последний канал: каждый шаг цикла заменяет результат предыдущего. Складывайте: +=, а не =.",
)
def cam_last_channel_only(features, weights, class_idx):
    return weights[class_idx][-1] * _maps(features)[-1]


@misconception(
    "cam.maximum_over_channels",
    part="cam",
    en="The maximum over the channels instead of the sum: M = sum over k of W[class_idx, k] * features[k].",
    ru="Максимум по каналам вместо суммы: M = сумма по k от W[class_idx, k] * features[k].",
)
def cam_maximum_over_channels(features, weights, class_idx):
    return (weights[class_idx][:, None, None] * _maps(features)).amax(0)


@misconception(
    "cam.first_channel_skipped",
    part="cam",
    en="Channel 0 is missing: the sum begins at k = 1. Begin at 0, or begin with zeros and add all channels.",
    ru="Пропущен канал 0: сумма начата с k = 1. Начните с 0 или с нулей и прибавьте все каналы.",
)
def cam_first_channel_skipped(features, weights, class_idx):
    return _weighted(_maps(features)[1:], weights[class_idx][1:])


@misconception(
    "cam.last_channel_skipped",
    part="cam",
    en="The last channel is missing: the sum ends at C - 2. range(C) already leaves C itself out.",
    ru="Пропущен последний канал: сумма кончается на C - 2. range(C) и так не включает само C.",
)
def cam_last_channel_skipped(features, weights, class_idx):
    return _weighted(_maps(features)[:-1], weights[class_idx][:-1])


@misconception(
    "cam.first_512_channels",
    part="cam",
    en="Only the first 512 channels are added up, as many as ResNet18 has. Take their number from the features: "
    "features.shape[0].",
    ru="Сложены только первые 512 каналов, сколько их у ResNet18. Число каналов берите у признаков: features.shape[0].",
)
def cam_first_512_channels(features, weights, class_idx):
    return _weighted(_maps(features)[:512], weights[class_idx][:512])


@misconception(
    "cam.as_many_channels_as_classes",
    part="cam",
    en="The loop runs over the classes, range(weights.shape[0]), and so adds up only as many channels as there are classes. Rows "
    "of W are classes, columns channels: range(weights.shape[1]).",
    ru="Цикл идёт по классам, range(weights.shape[0]), и складывает лишь столько каналов, сколько классов. Строки W это классы, "
    "столбцы каналы: range(weights.shape[1]).",
)
def cam_as_many_channels_as_classes(features, weights, class_idx):
    maps, classes = _maps(features), len(weights)
    if classes > len(maps):
        raise IndexError
    return _weighted(maps[:classes], weights[class_idx][:classes])


@misconception(
    "cam.negative_features_zeroed",
    part="cam",
    en="Negative features were set to zero. layer4 has done its ReLU already; the function takes features as they come.",
    ru="Отрицательные признаки обнулены. ReLU в layer4 уже был; функция берёт признаки такими, какие они есть.",
)
def cam_negative_features_zeroed(features, weights, class_idx):
    return _weighted(features.relu(), weights[class_idx])


@misconception(
    "cam.whole_features",
    part="cam",
    en="The features were cut to whole numbers (int, np.uint8) before the sum. Most features are below 1 and became 0; leave "
    "them in floating point.",
    ru="Признаки до сложения обрезаны до целых чисел (int, np.uint8). Большинство из них меньше 1 и стали нулём; оставьте их "
    "вещественными.",
)
def cam_whole_features(features, weights, class_idx):
    return _weighted(features.trunc(), weights[class_idx])


@misconception(
    "cam.first_channel_without_weight",
    part="cam",
    en="Channel 0 is in the sum once more, without its weight: the sum begins with features[0], and the loop adds all channels "
    "to it. Begin with zeros.",
    ru="Канал 0 вошёл в сумму лишний раз, без веса: она начинается с features[0], и цикл добавляет к ней все каналы. Начните с "
    "нулей.",
)
def cam_first_channel_without_weight(features, weights, class_idx):
    return _maps(features)[0] + _weighted(features, weights[class_idx])


@misconception(
    "cam.scaled_channels",
    part="cam",
    en="Every channel was scaled to 0..1 before the sum. Weak channels then count as much as strong ones; scale the "
    "finished map, if at all.",
    ru="Каждый канал перед сложением приведён к 0..1. Слабые каналы тогда весят столько же, сколько сильные; "
    "масштабировать можно только готовую карту.",
)
def cam_scaled_channels(features, weights, class_idx):
    maps = _maps(features)
    low, high = maps.amin((1, 2), keepdim=True), maps.amax((1, 2), keepdim=True)
    return _weighted((maps - low) / (high - low + 1e-8), weights[class_idx])


@misconception(
    "cam.channels_divided_by_maximum",
    part="cam",
    en="Every channel was divided by its maximum before the sum. Weak channels then count as much as strong ones; scale the "
    "finished map, if at all.",
    ru="Каждый канал перед сложением поделён на свой максимум. Слабые каналы тогда весят столько же, сколько сильные; "
    "масштабировать можно только готовую карту.",
)
def cam_channels_divided_by_maximum(features, weights, class_idx):
    maps = _maps(features)
    high = maps.amax((1, 2), keepdim=True)
    return _weighted(torch.where(high > 0, maps / high.clamp(min=1e-8), maps), weights[class_idx])


@misconception(
    "cam.standardised_channels",
    part="cam",
    en="From every channel its mean was subtracted, and it was divided by its deviation, before the sum. Weak channels then "
    "count as much as strong ones; scale the finished map, if at all.",
    ru="Перед сложением из каждого канала вычтено его среднее, и канал поделён на своё отклонение. Слабые каналы тогда весят "
    "столько же, сколько сильные; масштабировать можно только готовую карту.",
)
def cam_standardised_channels(features, weights, class_idx):
    maps = _maps(features)
    centred, deviation = maps - maps.mean((1, 2), keepdim=True), maps.std((1, 2), keepdim=True)
    return _weighted(centred / (deviation + 1e-8), weights[class_idx])


@misconception(
    "cam.cells_of_one_length",
    part="cam",
    en="The features of every cell were divided by their length (normalize over the channels). A cell in which little was found "
    "then counts as much as one in which much was; features count as they are.",
    ru="Признаки каждой ячейки поделены на свою длину (normalize по каналам). Ячейка, где почти ничего не найдено, тогда весит "
    "столько же, сколько та, где найдено многое; признаки нужны как есть.",
)
def cam_cells_of_one_length(features, weights, class_idx):
    return _weighted(functional.normalize(_maps(features), dim=0), weights[class_idx])


@misconception(
    "cam.softmax_features",
    part="cam",
    en="A softmax of the features over the channels. It leaves the strongest channel of each cell and little else; features "
    "count as they are.",
    ru="К признакам применён softmax по каналам. От каждой ячейки остаётся почти один самый сильный канал; признаки нужны как "
    "есть.",
)
def cam_softmax_features(features, weights, class_idx):
    return _weighted(_maps(features).softmax(0), weights[class_idx])


@misconception(
    "cam.inverted",
    part="cam",
    en="Upside down in value: 1 - map, -map, or a division by a negative number. What speaks for the class is now the lowest; "
    "leave the sign as it comes.",
    ru="Карта вывернута: 1 - карта, -карта или деление на отрицательное число. То, что говорит за класс, стало самым низким; "
    "знак менять не нужно.",
)
def cam_inverted(features, weights, class_idx):
    return 1 - cam_scaled(features, weights, class_idx)


@misconception(
    "cam.weighted_mean",
    part="cam",
    en="Divided by the sum (or the mean) of the weights. Where that is negative the map turns upside down, and near zero its "
    "values blow up. Leave the sum over the channels as it is.",
    ru="Поделено на сумму (или среднее) весов. Где она отрицательна, карта выворачивается, а около нуля значения взлетают. "
    "Оставьте саму сумму по каналам.",
)
def cam_weighted_mean(features, weights, class_idx):
    return _weighted(features, weights[class_idx]) / weights[class_idx].sum()


@misconception(
    "cam.divided_by_its_sum",
    part="cam",
    en="Divided by the sum or the mean of the map, or multiplied by it (it is the class's score). Where that is negative the map "
    "turns upside down. Leave the map as it is.",
    ru="Поделено на сумму или среднее карты или умножено на него (это оценка класса). Где это число отрицательно, карта "
    "выворачивается. Оставьте карту как есть.",
)
def cam_divided_by_its_sum(features, weights, class_idx):
    cam = _weighted(features, weights[class_idx])
    return cam / cam.sum()


@misconception(
    "cam.absolute_map",
    part="cam",
    en="The absolute value of the map. Places that speak against the class look like places that speak for it.",
    ru="Модуль карты. Места, говорящие против класса, выглядят как говорящие за него.",
)
def cam_absolute_map(features, weights, class_idx):
    return _weighted(features, weights[class_idx]).abs()


@misconception(
    "cam.squared_map",
    part="cam",
    en="The square of the map. Places that speak against the class look like places that speak for it, and weak ones vanish.",
    ru="Квадрат карты. Места, говорящие против класса, выглядят как говорящие за него, а слабые пропадают.",
)
def cam_squared_map(features, weights, class_idx):
    return _weighted(features, weights[class_idx]) ** 2


@misconception(
    "cam.sigmoid_map",
    part="cam",
    en="A sigmoid of the map. It bends the values, so that strong places look alike; the lab asks for the plain sum.",
    ru="К карте применена сигмоида. Она искривляет значения, и сильные места становятся неразличимы; нужна сама сумма.",
)
def cam_sigmoid_map(features, weights, class_idx):
    return _weighted(features, weights[class_idx]).sigmoid()


@misconception(
    "cam.softmax_map",
    part="cam",
    en="A softmax over the cells of the map, or its exp. It leaves the highest cell and little else; the lab asks for the plain "
    "sum.",
    ru="Softmax по ячейкам карты или её exp. От карты остаётся почти одна самая высокая ячейка; нужна сама сумма.",
)
def cam_softmax_map(features, weights, class_idx):
    cam = _weighted(features, weights[class_idx])
    return cam.flatten().softmax(0).view_as(cam)


def _scaled_along(slug, axis, en, ru):
    @misconception(
        f"cam.{slug}_scaled",
        part="cam",
        en=f"Each {en} of the map was scaled to 0..1 for itself: the minimum and the maximum are those along axis {axis}. What "
        "is strong in one is no longer told from what is weak in another; take the minimum and the maximum of the whole map.",
        ru=f"К 0..1 приведён каждый {ru} карты отдельно: минимум и максимум взяты вдоль оси {axis}. Сильное место в одном уже не "
        "отличить от слабого в другом; нужны минимум и максимум всей карты.",
    )
    def variant(features, weights, class_idx):
        cam = _weighted(features, weights[class_idx])
        low, high = cam.amin(axis, keepdim=True), cam.amax(axis, keepdim=True)
        return (cam - low) / (high - low + 1e-8)

    return variant


cam_rows_scaled = _scaled_along("rows", 1, "row", "ряд")
cam_columns_scaled = _scaled_along("columns", 0, "column", "столбец")


@misconception(
    "cam.thresholded",
    part="cam",
    en="Only 0 and 1: where the map lies above half of its range. The lab asks for the map itself.",
    ru="Только 0 и 1: где карта выше половины своего размаха. Нужна сама карта.",
)
def cam_thresholded(features, weights, class_idx):
    return (cam_scaled(features, weights, class_idx) > 0.5).float()


@misconception(
    "cam.low_values_zeroed",
    part="cam",
    en="Cells below a share of the maximum (0.2) were set to zero. That is a mask for drawing; the lab asks for the map itself.",
    ru="Ячейки ниже доли максимума (0.2) обнулены. Это маска для рисунка, а нужна сама карта.",
)
def cam_low_values_zeroed(features, weights, class_idx):
    cam = _weighted(features, weights[class_idx])
    return torch.where(cam < 0.2 * cam.max(), 0, cam)


@misconception(
    "cam.low_values_zeroed_after_scaling",
    part="cam",
    en="Cells below 0.2 of the scaled map were set to zero. That is a mask for drawing; the lab asks for the map itself.",
    ru="Ячейки ниже 0.2 приведённой к 0..1 карты обнулены. Это маска для рисунка, а нужна сама карта.",
)
def cam_low_values_zeroed_after_scaling(features, weights, class_idx):
    cam = cam_scaled(features, weights, class_idx)
    return torch.where(cam < 0.2, 0, cam)


@misconception(
    "cam.cut_to_bytes",
    part="cam",
    en="The sum was cut to bytes (np.uint8) before it was scaled: numbers below 0 and above 255 begin again from the other end. "
    "Scale the map to 0..255 first, or leave it as it is.",
    ru="Сумма обрезана до байтов (np.uint8) раньше, чем приведена к диапазону: числа меньше 0 и больше 255 начинаются заново с "
    "другого конца. Сначала приведите карту к 0..255 или оставьте как есть.",
)
def cam_cut_to_bytes(features, weights, class_idx):
    return _weighted(features, weights[class_idx]).trunc() % 256


@misconception(
    "cam.cut_to_bytes_without_the_minimum",
    part="cam",
    en="The map was divided by its maximum and made to bytes (np.uint8(255 * map)), but the minimum was not subtracted before: "
    "negative cells begin again from 255, as if they were the brightest. Scaling is (map - min) / (max - min).",
    ru="Карта поделена на максимум и превращена в байты (np.uint8(255 * map)), а минимум перед этим не вычтен: отрицательные "
    "ячейки начинаются заново от 255, будто они самые яркие. Масштабирование: (map - min) / (max - min).",
)
def cam_cut_to_bytes_without_the_minimum(features, weights, class_idx):
    cam = _weighted(features, weights[class_idx])
    return (255 * (cam / cam.max())).trunc() % 256


@misconception(
    "cam.levels_of_an_unscaled_map",
    part="cam",
    en="The sum was multiplied by 255 and made to bytes (np.uint8) without being scaled to 0..1 before: numbers below 0 and "
    "above 255 begin again from the other end. Scaling is (map - min) / (max - min).",
    ru="Сумма умножена на 255 и превращена в байты (np.uint8), но перед этим не приведена к 0..1: числа меньше 0 и больше 255 "
    "начинаются заново с другого конца. Масштабирование: (map - min) / (max - min).",
)
def cam_levels_of_an_unscaled_map(features, weights, class_idx):
    return (255 * _weighted(features, weights[class_idx])).trunc() % 256


@misconception(
    "cam.cut_to_bytes_without_the_levels",
    part="cam",
    en="The map was scaled to 0..1 and then cut to whole numbers (np.uint8, int, //): all cells but the highest became 0. "
    "Multiply by 255 before, or leave the map in floating point.",
    ru="Карта приведена к 0..1, а потом обрезана до целых (np.uint8, int, //): все ячейки, кроме самой высокой, стали нулём. "
    "Сначала умножьте на 255 или оставьте карту вещественной.",
)
def cam_cut_to_bytes_without_the_levels(features, weights, class_idx):
    return (cam_scaled(features, weights, class_idx) + 1e-6).trunc()


@misconception(
    "cam.clipped_to_one",
    part="cam",
    en="The sum was clipped to 0..1 (np.clip) instead of scaled: all that is larger than 1 looks alike. Scaling is (map - min) / "
    "(max - min).",
    ru="Сумма обрезана до 0..1 (np.clip), а не приведена к этому диапазону: всё, что больше 1, стало одинаковым. "
    "Масштабирование: (map - min) / (max - min).",
)
def cam_clipped_to_one(features, weights, class_idx):
    return _weighted(features, weights[class_idx]).clamp(0, 1)


@misconception(
    "cam.cut_to_whole_numbers",
    part="cam",
    en="The sum was cut to whole numbers (int). Where it is small little of it is left; leave the map in floating point.",
    ru="Сумма обрезана до целых (int). Где она мала, от неё почти ничего не остаётся; оставьте карту вещественной.",
)
def cam_cut_to_whole_numbers(features, weights, class_idx):
    return _weighted(features, weights[class_idx]).trunc()


@misconception(
    "cam.rounded",
    part="cam",
    en="The sum was rounded to whole numbers. Where it is small little of it is left; leave the map in floating point.",
    ru="Сумма округлена до целых. Где она мала, от неё почти ничего не остаётся; оставьте карту вещественной.",
)
def cam_rounded(features, weights, class_idx):
    return _weighted(features, weights[class_idx]).round()


@misconception(
    "cam.transposed",
    part="cam",
    en="Height and width are exchanged: (w, h) instead of (h, w). For square maps the shape hides it.",
    ru="Высота и ширина переставлены: (w, h) вместо (h, w). На квадратных картах по форме это незаметно.",
)
def cam_transposed(features, weights, class_idx):
    return _weighted(features, weights[class_idx]).T


@misconception(
    "cam.wrong_reshape",
    part="cam",
    en="Put together in the wrong order: after the product the cells were laid out as (w, h) and cut as (h, w). "
    "Flatten (C, h, w) to (C, h * w), multiply, then reshape to (h, w).",
    ru="Собрано не в том порядке: после умножения ячейки разложены как (w, h), а нарезаны как (h, w). Разверните (C, "
    "h, w) в (C, h * w), умножьте и сверните обратно в (h, w).",
)
def cam_wrong_reshape(features, weights, class_idx):
    cam = _weighted(features, weights[class_idx])
    return cam.T.reshape(cam.shape)


@misconception(
    "cam.mixed_axes",
    part="cam",
    en="Channels and cells were mixed: (C, h, w) reshaped to (h * w, C) without a permute. reshape does not exchange "
    "axes; use features.reshape(C, h * w), or permute first.",
    ru="Каналы и ячейки перемешаны: (C, h, w) через reshape превращено в (h * w, C) без permute. reshape не "
    "переставляет оси: нужен features.reshape(C, h * w) или сначала permute.",
)
def cam_mixed_axes(features, weights, class_idx):
    maps = _maps(features)
    return (maps.reshape(-1, len(maps)) @ weights[class_idx]).reshape(maps.shape[1:])


@misconception(
    "cam.mirrored",
    part="cam",
    en="Turned upside down: row 0 is at the bottom. As in pictures, row 0 of the map is at the top.",
    ru="Карта перевёрнута: строка 0 оказалась внизу. Как и у картинок, строка 0 карты находится сверху.",
)
def cam_mirrored(features, weights, class_idx):
    return _weighted(features, weights[class_idx]).flip(0)


@misconception(
    "cam.flattened",
    part="cam",
    en="The map as one row of h * w numbers. Give it back its two axes: reshape(h, w).",
    ru="Карта вытянута в строку из h * w чисел. Верните ей две оси: reshape(h, w).",
)
def cam_flattened(features, weights, class_idx):
    return _weighted(features, weights[class_idx]).flatten()


@misconception(
    "cam.pooled_first",
    part="cam",
    en="Pooled before the weighting: that is the class's score, one number. Weight the channels while they still have "
    "their cells, and add up over the channels only.",
    ru="Усреднение раньше взвешивания: получилась оценка класса, одно число. Взвешивайте каналы, пока у них есть "
    "ячейки, и складывайте только по каналам.",
)
def cam_pooled_first(features, weights, class_idx):
    return weights[class_idx] @ _maps(features).mean((1, 2))


@misconception(
    "cam.first_call_again",
    part="cam",
    en="The features of the first call, kept for ever: the second call is about other features, and gets a map of the old ones. "
    "Use those that are given; what a class or a global keeps must be replaced on every call.",
    ru="Признаки первого вызова остались навсегда: во втором вызове признаки другие, а карта построена по старым. Берите те, что "
    "переданы; то, что хранит класс или глобальная переменная, нужно заменять при каждом вызове.",
)
def cam_first_call_again(features, weights, class_idx, memory):
    return _weighted(memory.setdefault("features", features), weights[class_idx])


@misconception(
    "cam.first_weights_again",
    part="cam",
    en="The weights of the first call, kept for ever: the second call comes with another W. Use the one that is given.",
    ru="Веса первого вызова остались навсегда: во втором вызове матрица W другая. Берите ту, что передана.",
)
def cam_first_weights_again(features, weights, class_idx, memory):
    return _weighted(features, memory.setdefault("weights", weights)[class_idx])
