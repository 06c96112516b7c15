"""Of the Dice loss: wrong sums, factors, smoothing and axes."""

# ruff: noqa: D103 - the explanation in each decorator says what the function does

import torch
from torch.nn import functional

from grader.testing import misconception


@misconception(
    "dice.coefficient",
    part="dice",
    en="This is the Dice coefficient, 1 for a perfect prediction. The loss is asked: DC = 1 - coefficient.",
    ru="Это коэффициент Dice, равный 1 для идеального предсказания. Нужна функция потерь: DC = 1 - коэффициент.",
)
def dice_coefficient(y, p):
    return float(2 * (y * p).sum() / (y.sum() + p.sum()))


@misconception(
    "dice.negative_coefficient",
    part="dice",
    en="This is minus the Dice coefficient (or the parentheses take in the 1 too: (1 - 2 * sum(y * p)) / (...)). It is minimal "
    "at the same place, but the lecture's loss is 1 - coefficient.",
    ru="Это коэффициент Dice с минусом (или в скобки попала и единица: (1 - 2 * sum(y * p)) / (...)). Минимум там же, но функция "
    "потерь из лекции равна 1 - коэффициент.",
)
def dice_negative_coefficient(y, p):
    return -dice_coefficient(y, p)


@misconception(
    "dice.sigmoid_again",
    part="dice",
    en="A sigmoid of the probabilities. `p` is a probability already; the sigmoid squeezes it into 0.5..0.73, and a "
    "perfect prediction no longer has a loss of 0. Apply it outside, to logits only.",
    ru="К вероятностям применена сигмоида. `p` уже вероятность; сигмоида сжимает её в 0.5..0.73, и у идеального "
    "предсказания потери уже не 0. Её место снаружи, на логитах.",
)
def dice_sigmoid_again(y, p):
    p = torch.as_tensor(p).sigmoid()
    return float(1 - 2 * (y * p).sum() / (y.sum() + p.sum()))


@misconception(
    "dice.softmax_inside",
    part="dice",
    en="A softmax of the probabilities. `p` is a probability already; a softmax over an axis makes it a share of that axis. "
    "Apply it outside, to logits only.",
    ru="К вероятностям применён softmax. `p` уже вероятность, а softmax по оси делает из неё долю этой оси. Его место снаружи, "
    "на логитах.",
)
def dice_softmax_inside(y, p):
    p = torch.as_tensor(p).softmax(1)
    return float(1 - 2 * (y * p).sum() / (y.sum() + p.sum()))


@misconception(
    "dice.inverted_prediction",
    part="dice",
    en="1 - p instead of p. `p` is the probability of the object itself, as y is its mask.",
    ru="1 - p вместо p. `p` уже вероятность самого объекта, как и y его маска.",
)
def dice_inverted_prediction(y, p):
    return float(1 - 2 * (y * (1 - p)).sum() / (y.sum() + (1 - p).sum()))


@misconception(
    "dice.mask_twice",
    part="dice",
    en="This is 1 - sum(y * p) / sum(y): recall instead of Dice, or the mask counts twice in the denominator and the prediction "
    "not at all (look for a copied name). DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Это 1 - sum(y * p) / sum(y): полнота вместо Dice, или в знаменателе дважды маска и ни разу предсказание (поищите "
    "скопированное имя). DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_mask_twice(y, p):
    return float(1 - 2 * (y * p).sum() / (y.sum() + y.sum()))


@misconception(
    "dice.prediction_twice",
    part="dice",
    en="This is 1 - sum(y * p) / sum(p): precision instead of Dice, or the prediction counts twice in the denominator and the "
    "mask not at all (look for a copied name). DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Это 1 - sum(y * p) / sum(p): точность вместо Dice, или в знаменателе дважды предсказание и ни разу маска (поищите "
    "скопированное имя). DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_prediction_twice(y, p):
    return float(1 - 2 * (y * p).sum() / (p.sum() + p.sum()))


@misconception(
    "dice.sigmoid_of_both",
    part="dice",
    en="A sigmoid of the mask and of the probabilities. `y` is 0 or 1 and `p` a probability already; take both as they come.",
    ru="Сигмоида применена и к маске, и к вероятностям. `y` это 0 или 1, `p` уже вероятность; берите их как есть.",
)
def dice_sigmoid_of_both(y, p):
    y, p = torch.as_tensor(y).sigmoid(), torch.as_tensor(p).sigmoid()
    return float(1 - 2 * (y * p).sum() / (y.sum() + p.sum()))


@misconception(
    "dice.inverted_mask",
    part="dice",
    en="1 - y instead of y: this asks for the background. `y` is the mask of the object itself, as p is its probability.",
    ru="1 - y вместо y: это спрашивает о фоне. `y` уже маска самого объекта, как и p его вероятность.",
)
def dice_inverted_mask(y, p):
    return float(1 - 2 * ((1 - y) * p).sum() / ((1 - y).sum() + p.sum()))


@misconception(
    "dice.divided_by_the_largest",
    part="dice",
    en="The probabilities were divided by the largest of them. `p` is a probability already; take it as it comes.",
    ru="Вероятности поделены на наибольшую из них. `p` уже вероятность; берите её как есть.",
)
def dice_divided_by_the_largest(y, p):
    return float(1 - 2 * (y * p / p.max()).sum() / (y.sum() + (p / p.max()).sum()))


@misconception(
    "dice.stretched",
    part="dice",
    en="The probabilities were stretched to 0..1, by their smallest and largest. `p` is a probability already: take it as it is.",
    ru="Вероятности растянуты на 0..1 по наименьшей и наибольшей. `p` уже вероятность; берите её как есть.",
)
def dice_stretched(y, p):
    p = (p - p.min()) / (p.max() - p.min() + 1e-8)
    return float(1 - 2 * (y * p).sum() / (y.sum() + p.sum()))


@misconception(
    "dice.sigmoid_and_cross_entropy",
    part="dice",
    en="Two mistakes. A sigmoid of `p`, which is a probability already; and binary cross-entropy was added, where the Dice loss "
    "alone is asked.",
    ru="Две ошибки. К `p` применена сигмоида, а это уже вероятность; и прибавлена бинарная кросс-энтропия, а нужна только "
    "функция потерь Dice.",
)
def dice_sigmoid_and_cross_entropy(y, p):
    return dice_with_cross_entropy(y, torch.as_tensor(p).sigmoid())


@misconception(
    "dice.sigmoid_and_squared_denominator",
    part="dice",
    en="Two mistakes. A sigmoid of `p`, which is a probability already; and squares in the denominator, as in V-Net, where the "
    "lecture's formula has plain sums: DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Две ошибки. К `p` применена сигмоида, а это уже вероятность; и в знаменателе квадраты, как в V-Net, а в формуле лекции "
    "обычные суммы: DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_sigmoid_and_squared_denominator(y, p):
    return dice_squared_denominator(y, torch.as_tensor(p).sigmoid())


@misconception(
    "dice.sigmoid_and_coefficient",
    part="dice",
    en="Two mistakes. A sigmoid of `p`, which is a probability already; and the coefficient, where the loss is asked: DC = 1 - "
    "coefficient.",
    ru="Две ошибки. К `p` применена сигмоида, а это уже вероятность; и возвращён коэффициент, а нужна функция потерь: DC = 1 - "
    "коэффициент.",
)
def dice_sigmoid_and_coefficient(y, p):
    return dice_coefficient(y, torch.as_tensor(p).sigmoid())


@misconception(
    "dice.thresholded_and_coefficient",
    part="dice",
    en="Two mistakes. Probabilities were rounded to 0 and 1, and a loss needs them as they are; and this is the coefficient, "
    "where the loss is asked: DC = 1 - coefficient.",
    ru="Две ошибки. Вероятности округлены до 0 и 1, а функции потерь они нужны как есть; и возвращён коэффициент, а нужна "
    "функция потерь: DC = 1 - коэффициент.",
)
def dice_thresholded_and_coefficient(y, p):
    hard = (p > 0.5).float()
    return float((2 * (y * hard).sum() + 1e-6) / (y.sum() + hard.sum() + 1e-6))


@misconception(
    "dice.above_zero",
    part="dice",
    en="Every probability above 0 counts as 1: p was made True or False, or only counted, or cut at 0.5 after a sigmoid, which "
    "makes all of them larger than that. Use p as it is.",
    ru="Каждая вероятность больше 0 засчитана за 1: p превращена в True и False, только посчитана или сравнена с 0.5 после "
    "сигмоиды, которая делает больше 0.5 их все. Нужна p как есть.",
)
def dice_above_zero(y, p):
    return 1 - dice_coefficient(y, (p > 0).float())


@misconception(
    "dice.smoothed",
    part="dice",
    en="With a smoothing term of 1 in numerator and denominator. On masks of this size it changes nothing; it is accepted.",
    ru="Со сглаживанием 1 в числителе и знаменателе. На масках такого размера это ничего не меняет; зачтено.",
    accepted=True,
)
def dice_smoothed(y, p):
    return float(1 - (2 * (y * p).sum() + 1) / (y.sum() + p.sum() + 1))


@misconception(
    "dice.smoothed_below_only",
    part="dice",
    en="Sums were replaced by means, with 1 added in the denominator only; or 1 is added to every element before the sum, "
    "sum(y + p + 1). The 1 then outweighs the rest; use the sums over all elements, DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Вместо сумм средние, а 1 прибавлена только в знаменателе; или 1 прибавлена к каждому элементу до суммы, sum(y + p + 1). "
    "Она перевешивает остальное; нужны суммы по всем элементам: DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_smoothed_below_only(y, p):
    return float(1 - 2 * (y * p).mean() / (y.mean() + p.mean() + 1))


@misconception(
    "dice.ratio_per_pixel",
    part="dice",
    en="The ratio was taken for every pixel and then averaged. Sum first, divide once: DC = 1 - 2 * sum(y * p) / "
    "(sum(y) + sum(p)).",
    ru="Отношение взято для каждого пикселя, а потом усреднено. Сначала суммы, потом одно деление: DC = 1 - 2 * sum(y "
    "* p) / (sum(y) + sum(p)).",
)
def dice_ratio_per_pixel(y, p):
    return float((1 - 2 * y * p / (y + p + 1e-8)).mean())


@misconception(
    "dice.smoothed_ratio_per_pixel",
    part="dice",
    en="The ratio, with 1 added above and below, was taken for every pixel and then averaged. Sum first, divide once: "
    "DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Отношение (с единицей в числителе и знаменателе) взято для каждого пикселя, а потом усреднено. Сначала суммы, "
    "потом одно деление: DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_smoothed_ratio_per_pixel(y, p):
    return float((1 - (2 * y * p + 1) / (y + p + 1)).mean())


@misconception(
    "dice.ratio_per_pixel_empty_ones_too",
    part="dice",
    en="The ratio was taken for every pixel and then averaged, and pixels where both y and p are 0 count as perfect, by the "
    "small number above and below. Sum first, divide once: DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Отношение взято для каждого пикселя, а потом усреднено, и пиксели, где и y, и p равны 0, засчитаны как идеальные из-за "
    "малого слагаемого сверху и снизу. Сначала суммы, потом одно деление: DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_ratio_per_pixel_empty_ones_too(y, p):
    return float((1 - (2 * y * p + 1e-6) / (y + p + 1e-6)).mean())


@misconception(
    "dice.smoothed_means",
    part="dice",
    en="Means instead of sums, with 1 added above and below. Against means, which are below 1, that 1 decides "
    "everything; use sums: DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Средние вместо сумм, с единицей сверху и снизу. Средние меньше 1, и эта единица решает всё; нужны суммы: DC = "
    "1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_smoothed_means(y, p):
    return float(1 - (2 * (y * p).mean() + 1) / (y.mean() + p.mean() + 1))


@misconception(
    "dice.squared_denominator",
    part="dice",
    en="Squares in the denominator, sum(y^2) + sum(p^2), as in V-Net. The lecture's formula has plain sums: DC = 1 - "
    "2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="В знаменателе квадраты, sum(y^2) + sum(p^2), как в V-Net. В формуле лекции обычные суммы: DC = 1 - 2 * sum(y "
    "* p) / (sum(y) + sum(p)).",
)
def dice_squared_denominator(y, p):
    return float(1 - 2 * (y * p).sum() / ((y**2).sum() + (p**2).sum()))


@misconception(
    "dice.factor_forgotten",
    part="dice",
    en="The factor 2 is missing above (or stands below as well), so that a perfect prediction has a loss of 0.5: DC = 1 - 2 * "
    "sum(y * p) / (sum(y) + sum(p)).",
    ru="Сверху потерян множитель 2 (или он стоит и снизу), и у идеального предсказания потери 0.5: DC = 1 - 2 * sum(y * p) / "
    "(sum(y) + sum(p)).",
)
def dice_factor_forgotten(y, p):
    return float(1 - (y * p).sum() / (y.sum() + p.sum()))


@misconception(
    "dice.factor_below",
    part="dice",
    en="The factor 2 stands below: 1 - sum(y * p) / (2 * (sum(y) + sum(p))). It belongs above: only then a perfect "
    "prediction has a loss of 0.",
    ru="Множитель 2 стоит снизу: 1 - sum(y * p) / (2 * (sum(y) + sum(p))). Его место сверху: только тогда у идеального "
    "предсказания потери 0.",
)
def dice_factor_below(y, p):
    return float(1 - (y * p).sum() / (2 * (y.sum() + p.sum())))


@misconception(
    "dice.over_pixels",
    part="dice",
    en="The denominator is the number of all pixels of both masks (or the mean of y * p was taken). Below stand the sums of what "
    "the masks hold: sum(y) + sum(p).",
    ru="В знаменателе число всех пикселей обеих масок (или взято среднее y * p). Снизу стоят суммы самих значений: sum(y) + "
    "sum(p).",
)
def dice_over_pixels(y, p):
    return float(1 - 2 * (y * p).sum() / (y.numel() + p.numel()))


@misconception(
    "dice.twice_the_mean_product",
    part="dice",
    en="This is 1 - 2 * mean(y * p): the sum above is divided by the number of pixels. It is divided by sum(y) + sum(p).",
    ru="Это 1 - 2 * mean(y * p): сумма сверху поделена на число пикселей. Её делят на sum(y) + sum(p).",
)
def dice_twice_the_mean_product(y, p):
    return float(1 - 2 * (y * p).mean())


@misconception(
    "dice.mean_above",
    part="dice",
    en="A mean stands above and sums below: that quotient is nearly 0, and the loss nearly 1. Take sums in both places.",
    ru="Сверху среднее, снизу суммы: такая дробь почти 0, а потери почти 1. Берите суммы в обоих местах.",
)
def dice_mean_above(y, p):
    return float(1 - 2 * (y * p).mean() / (y.sum() + p.sum()))


@misconception(
    "dice.means_below",
    part="dice",
    en="A sum stands above and means below: that quotient grows with the number of pixels. Take sums in both places.",
    ru="Сверху сумма, снизу средние: такая дробь растёт с числом пикселей. Берите суммы в обоих местах.",
)
def dice_means_below(y, p):
    return float(1 - 2 * (y * p).sum() / (y.mean() + p.mean()))


@misconception(
    "dice.over_geometric_mean",
    part="dice",
    en="The sum of y * p is divided by the root of the product of both sums, as in a cosine. DC = 1 - 2 * sum(y * p) / (sum(y) + "
    "sum(p)).",
    ru="Сумма y * p поделена на корень из произведения сумм, как в косинусе. DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_over_geometric_mean(y, p):
    return float(1 - (y * p).sum() / (y.sum() * p.sum()).sqrt())


@misconception(
    "dice.plus",
    part="dice",
    en="The coefficient is added: 1 + 2 * sum(y * p) / (...). The loss is 1 minus it, 0 for a perfect prediction.",
    ru="Коэффициент прибавлен: 1 + 2 * sum(y * p) / (...). Функция потерь равна 1 минус коэффициент, 0 для идеального "
    "предсказания.",
)
def dice_plus(y, p):
    return 1 + dice_coefficient(y, p)


@misconception(
    "dice.wrong_pixels",
    part="dice",
    en="This is the share of pixels on which the rounded prediction is wrong, 1 - accuracy. Dice compares sums: 1 - 2 * "
    "sum(y * p) / (sum(y) + sum(p)).",
    ru="Это доля пикселей, на которых округлённое предсказание неверно, 1 - accuracy. Dice сравнивает суммы: 1 - 2 * "
    "sum(y * p) / (sum(y) + sum(p)).",
)
def dice_wrong_pixels(y, p):
    return float(((p > 0.5) != (y > 0.5)).float().mean())


@misconception(
    "dice.parentheses_missing",
    part="dice",
    en="The denominator needs parentheses: a / b + c divides by b alone. DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Знаменателю нужны скобки: a / b + c делит только на b. DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_parentheses_missing(y, p):
    return float(1 - 2 * (y * p).sum() / y.sum() + p.sum())


@misconception(
    "dice.parentheses_missing_above",
    part="dice",
    en="The numerator needs parentheses: a + smooth / b divides the smoothing term alone, and the whole intersection is "
    "subtracted from 1. Write (2 * sum(y * p) + smooth) / (sum(y) + sum(p) + smooth).",
    ru="Числителю нужны скобки: a + smooth / b делит только сглаживание, и из 1 вычтено всё пересечение. Нужно (2 * sum(y * p) + "
    "smooth) / (sum(y) + sum(p) + smooth).",
)
def dice_parentheses_missing_above(y, p):
    return float(1 - 2 * (y * p).sum() + 1e-6 / (y.sum() + p.sum() + 1e-6))


@misconception(
    "dice.product_of_sums",
    part="dice",
    en="The product of the sums, sum(y) * sum(p), stands for the sum of the products. Multiply element by element first, then "
    "add up: DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Вместо суммы произведений взято произведение сумм, sum(y) * sum(p). Сначала умножьте поэлементно, потом складывайте: DC "
    "= 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_product_of_sums(y, p):
    return float(1 - 2 * y.sum() * p.sum() / (y.sum() + p.sum()))


@misconception(
    "dice.intersection_above_zero",
    part="dice",
    en="In the intersection every probability above 0 counts as 1 (logical_and, or p made True and False), below it stands as it "
    "is. Multiply: DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="В пересечении каждая вероятность больше 0 засчитана за 1 (logical_and или p, превращённая в True и False), а в "
    "знаменателе взята как есть. Нужно умножение: DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_intersection_above_zero(y, p):
    return float(1 - 2 * (y * (p > 0)).sum() / (y.sum() + p.sum()))


@misconception(
    "dice.cut_to_whole_numbers",
    part="dice",
    en="Probabilities were cut to whole numbers (long, int, uint8): all below 1 became 0. A loss needs them as they are; make y "
    "floating-point rather than p whole.",
    ru="Вероятности обрезаны до целых (long, int, uint8): всё, что меньше 1, стало нулём. Функции потерь они нужны как есть; "
    "лучше сделать вещественной y, чем целой p.",
)
def dice_cut_to_whole_numbers(y, p):
    whole = p.trunc()
    return float(1 - (2 * (y * whole).sum() + 1e-6) / (y.sum() + whole.sum() + 1e-6))


@misconception(
    "dice.thresholded",
    part="dice",
    en="Probabilities were rounded to 0 and 1. A loss needs them as they are, else it has no gradient: use p, not p > 0.5.",
    ru="Вероятности округлены до 0 и 1. Функции потерь они нужны как есть, иначе нет градиента: p, а не p > 0.5.",
)
def dice_thresholded(y, p):
    hard = (p > 0.5).float()
    return float(1 - (2 * (y * hard).sum() + 1e-6) / (y.sum() + hard.sum() + 1e-6))


@misconception(
    "dice.one_number_per_row",
    part="dice",
    en="Summed over the last axis only, so that many numbers come. Sum over all elements: one number.",
    ru="Сумма только по последней оси, и получилось много чисел. Нужна сумма по всем элементам: одно число.",
)
def dice_one_number_per_row(y, p):
    return 1 - (2 * (y * p).sum(-1) + 1e-6) / (y.sum(-1) + p.sum(-1) + 1e-6)


@misconception(
    "dice.mean_over_rows",
    part="dice",
    en="One loss per row, then their mean. Rows without the object count as much as all others; sum over all elements once.",
    ru="Потери по каждой строке, потом среднее. Строки без объекта весят столько же, сколько остальные; нужна одна "
    "сумма по всем элементам.",
)
def dice_mean_over_rows(y, p):
    return float(dice_one_number_per_row(y, p).mean())


@misconception(
    "dice.mean_over_pictures",
    part="dice",
    en="One loss per picture of the batch, then their mean. The lecture's sums run over all elements of the batch at once.",
    ru="Потери по каждой картинке батча, потом среднее. Суммы в формуле лекции берутся сразу по всем элементам батча.",
)
def dice_mean_over_pictures(y, p):
    rows, guesses = (y.flatten(1), p.flatten(1)) if y.ndim > 2 else (y.reshape(1, -1), p.reshape(1, -1))
    return float((1 - 2 * (rows * guesses).sum(1) / (rows.sum(1) + guesses.sum(1))).mean())


@misconception(
    "dice.mean_over_pictures_of_four_axes",
    part="dice",
    en="Of masks (N, C, H, W) one loss per picture (sums over the axes 1, 2, 3), then their mean. The lecture's sums run over "
    "all elements of the batch at once.",
    ru="Для масок (N, C, H, W) посчитаны потери по каждой картинке (суммы по осям 1, 2, 3), потом среднее. Суммы в формуле "
    "лекции берутся сразу по всем элементам батча.",
)
def dice_mean_over_pictures_of_four_axes(y, p):
    return dice_mean_over_pictures(y, p) if y.ndim == 4 else 1 - dice_coefficient(y, p)


@misconception(
    "dice.sums_over_two_axes",
    part="dice",
    en="Sums over the axes 1 and 2 only, then the mean of the losses: one loss per picture of (N, H, W), one per column of "
    "(N, C, H, W). The lecture's sums run over all elements of the batch at once.",
    ru="Суммы только по осям 1 и 2, потом среднее потерь: по картинке у (N, H, W), по столбцу у (N, C, H, W). Суммы в формуле "
    "лекции берутся сразу по всем элементам батча.",
)
def dice_sums_over_two_axes(y, p):
    if y.ndim == 2:
        return 1 - dice_coefficient(y, p)
    return float((1 - 2 * (y * p).sum((1, 2)) / (y.sum((1, 2)) + p.sum((1, 2)))).mean())


def _one_of(slug, axis, smoothing, en, ru, number=0):
    """Only what has this number along an axis."""

    @misconception(f"dice.{slug}", part="dice", en=en, ru=ru)
    def variant(y, p):
        (y, p), (above, below) = (y.select(axis, number), p.select(axis, number)), smoothing
        return float(1 - (2 * (y * p).sum() + above) / (y.sum() + p.sum() + below))

    return variant


_FIRST_CHANNEL = (
    "Only the first channel is compared (y[:, 0] and p[:, 0]); of a mask without an axis of channels that is its first column. "
    "Masks may have any shape: sum over all elements.",
    "Сравнивается только первый канал (y[:, 0] и p[:, 0]), а у маски без оси каналов это её первый столбец. Маски бывают любой "
    "формы: суммы берутся по всем элементам.",
)
_FIRST_ITEM = (
    "Only the first item is compared (y[0] and p[0]), or a return stands inside the loop: of a batch that is one picture, of a "
    "single mask its first row. Sum over all elements.",
    "Сравнивается только первый элемент (y[0] и p[0]), или return стоит внутри цикла: у батча это одна картинка, у одной маски "
    "её первая строка. Суммы берутся по всем элементам.",
)
_LAST_ITEM = (
    "Only the last item counts, as a loop does that assigns the loss anew each time: of a batch that is one picture, of a single "
    "mask its last row. Sum over all elements.",
    "Учтён только последний элемент, как в цикле, который каждый раз присваивает потери заново: у батча это одна картинка, у "
    "одной маски её последняя строка. Суммы берутся по всем элементам.",
)
dice_last_item = _one_of("last_item", 0, (1, 1), *_LAST_ITEM, number=-1)
dice_last_item_empty_one_too = _one_of("last_item_empty_one_too", 0, (1e-6, 1e-6), *_LAST_ITEM, number=-1)
dice_last_item_unsmoothed = _one_of("last_item_unsmoothed", 0, (0, 1e-7), *_LAST_ITEM, number=-1)
dice_first_channel = _one_of("first_channel", 1, (1, 1), *_FIRST_CHANNEL)
dice_first_channel_empty_one_too = _one_of("first_channel_empty_one_too", 1, (1e-6, 1e-6), *_FIRST_CHANNEL)
dice_first_channel_unsmoothed = _one_of("first_channel_unsmoothed", 1, (0, 1e-7), *_FIRST_CHANNEL)
dice_first_item = _one_of("first_item", 0, (1, 1), *_FIRST_ITEM)
dice_first_item_empty_one_too = _one_of("first_item_empty_one_too", 0, (1e-6, 1e-6), *_FIRST_ITEM)
dice_first_item_unsmoothed = _one_of("first_item_unsmoothed", 0, (0, 1e-7), *_FIRST_ITEM)


def _over_axes(slug, summed, smoothing, words, russian):
    """Losses of sums over some axes, and their mean."""

    @misconception(
        f"dice.{slug}",
        part="dice",
        en=f"{words}, then the mean of the losses. The lecture's sums run over all elements at once: one number above, one below."
        "",
        ru=f"{russian}, потом взято среднее потерь. Суммы в формуле лекции берутся сразу по всем элементам: одно число сверху, "
        "одно снизу.",
    )
    def variant(y, p):
        axes, (above, below) = summed(y.ndim), smoothing
        return float((1 - (2 * (y * p).sum(axes) + above) / (y.sum(axes) + p.sum(axes) + below)).mean())

    return variant


_CHANNEL = (
    "One loss per item of the second axis (y[:, c] in a loop, or sums over the other axes): per channel of (N, C, H, W), per "
    "column of a single mask",
    "Потери посчитаны по каждому элементу второй оси (y[:, c] в цикле или суммы по остальным осям): по каналу у (N, C, H, W), по "
    "столбцу у одной маски",
)
_SECOND = (
    "Sums over the axis 1 alone: over the channels of (N, C, H, W), over each row of a single mask",
    "Суммы взяты только по оси 1: по каналам у (N, C, H, W), по каждой строке у одной маски",
)
_FIRST = (
    "Sums over the axis 0 alone: over the pictures of a batch, over each column of a single mask",
    "Суммы взяты только по оси 0: по картинкам батча, по каждому столбцу у одной маски",
)

_ROWS = (
    "Sums over the last axis alone, over each row",
    "Суммы взяты только по последней оси, по каждой строке",
)


def _all_but_second(axes):
    return tuple(axis for axis in range(axes) if axis != 1)


dice_second_axis = _over_axes("mean_over_second_axis", _all_but_second, (0, 1e-7), *_CHANNEL)
dice_second_axis_smoothed = _over_axes("smoothed_mean_over_second_axis", _all_but_second, (1, 1), *_CHANNEL)
dice_second_axis_empty = _over_axes("mean_over_second_axis_empty_ones_too", _all_but_second, (1e-6, 1e-6), *_CHANNEL)
dice_sums_over_axis_1 = _over_axes("sums_over_axis_1", lambda _axes: 1, (0, 1e-7), *_SECOND)
dice_sums_over_axis_1_smoothed = _over_axes("smoothed_sums_over_axis_1", lambda _axes: 1, (1, 1), *_SECOND)
dice_sums_over_axis_1_empty = _over_axes("sums_over_axis_1_empty_ones_too", lambda _axes: 1, (1e-6, 1e-6), *_SECOND)
dice_sums_over_axis_0 = _over_axes("sums_over_axis_0", lambda _axes: 0, (0, 1e-7), *_FIRST)
dice_sums_over_axis_0_smoothed = _over_axes("smoothed_sums_over_axis_0", lambda _axes: 0, (1, 1), *_FIRST)
dice_sums_over_axis_0_empty = _over_axes("sums_over_axis_0_empty_ones_too", lambda _axes: 0, (1e-6, 1e-6), *_FIRST)
dice_sums_over_rows = _over_axes("sums_over_rows", lambda _axes: -1, (0, 1e-7), *_ROWS)
dice_sums_over_rows_smoothed = _over_axes("smoothed_sums_over_rows", lambda _axes: -1, (1, 1), *_ROWS)


def _by_first_axis(y, p, above, below):
    y, p = y.reshape(len(y), -1), p.reshape(len(p), -1)
    return float((1 - (2 * (y * p).sum(1) + above) / (y.sum(1) + p.sum(1) + below)).mean())


@misconception(
    "dice.mean_over_first_axis",
    part="dice",
    en="One loss per item of the first axis (view(N, -1) and sum(1)), then their mean. Of a single mask these items are its "
    "rows. Sum over all elements once.",
    ru="Потери по каждому элементу первой оси (view(N, -1) и sum(1)), потом среднее. У одной маски это её строки. Нужна одна "
    "сумма по всем элементам.",
)
def dice_mean_over_first_axis(y, p):
    return _by_first_axis(y, p, 0, 1e-7)


@misconception(
    "dice.unguarded_mean_over_first_axis",
    part="dice",
    en="One loss per item of the first axis (view(N, -1) and sum(1)), then their mean. Of a single mask these items are its "
    "rows, and a row in which nothing is and nothing was predicted gives 0/0, NaN. Sum over all elements once.",
    ru="Потери по каждому элементу первой оси (view(N, -1) и sum(1)), потом среднее. У одной маски это её строки, и строка, где "
    "ничего нет и ничего не предсказано, даёт 0/0, то есть NaN. Нужна одна сумма по всем элементам.",
)
def dice_unguarded_mean_over_first_axis(y, p):
    return _by_first_axis(y, p, 0, 0)


@misconception(
    "dice.smoothed_mean_over_first_axis",
    part="dice",
    en="One loss per item of the first axis (view(N, -1) and sum(1)), smoothed by 1, then their mean. Of a single mask these "
    "items are its rows, and against a row that 1 counts. Sum over all elements once.",
    ru="Потери по каждому элементу первой оси (view(N, -1) и sum(1)) со сглаживанием 1, потом среднее. У одной маски это её "
    "строки, и для строки единица уже заметна. Нужна одна сумма по всем элементам.",
)
def dice_smoothed_mean_over_first_axis(y, p):
    return _by_first_axis(y, p, 1, 1)


@misconception(
    "dice.mean_over_first_axis_empty_ones_too",
    part="dice",
    en="One loss per item of the first axis (view(N, -1) and sum(1)), then their mean. Of a single mask these items are its "
    "rows, and those without the object count as perfect, by the small number above and below. Sum over all elements once.",
    ru="Потери по каждому элементу первой оси (view(N, -1) и sum(1)), потом среднее. У одной маски это её строки, и строки без "
    "объекта засчитаны как идеальные из-за малого слагаемого сверху и снизу. Нужна одна сумма по всем элементам.",
)
def dice_mean_over_first_axis_empty_ones_too(y, p):
    return _by_first_axis(y, p, 1e-6, 1e-6)


@misconception(
    "dice.doubly_smoothed_mean_over_first_axis",
    part="dice",
    en="Two mistakes. One loss per item of the first axis (view(N, -1) and sum(1)), then their mean, where one sum over all "
    "elements is asked; and the smoothing term stands inside 2 * (...): above it counts twice, and an empty item loses -1.",
    ru="Две ошибки. Потери посчитаны по каждому элементу первой оси (view(N, -1) и sum(1)), потом взято среднее, а нужна одна "
    "сумма по всем элементам; и сглаживающее слагаемое стоит внутри 2 * (...): сверху оно удвоено, и у пустого элемента потери "
    "равны -1.",
)
def dice_doubly_smoothed_mean_over_first_axis(y, p):
    return _by_first_axis(y, p, 2, 1)


@misconception(
    "dice.sigmoid_and_doubly_smoothed_mean_over_first_axis",
    part="dice",
    en="Three mistakes. A sigmoid of `p`, which is a probability already; one loss per item of the first axis (view(N, -1) and "
    "sum(1)), then their mean; and the smoothing term inside 2 * (...), so that above it counts twice.",
    ru="Три ошибки. К `p` применена сигмоида, а это уже вероятность; потери посчитаны по каждому элементу первой оси "
    "(view(N, -1) и sum(1)), потом взято среднее; и сглаживающее слагаемое стоит внутри 2 * (...): сверху оно удвоено.",
)
def dice_sigmoid_and_doubly_smoothed_mean_over_first_axis(y, p):
    return _by_first_axis(y, torch.as_tensor(p).sigmoid(), 2, 1)


def _squared_by_first_axis(y, p, factor):
    y, p = y.reshape(len(y), -1), p.reshape(len(p), -1)
    return float((1 - (factor * (y * p).sum(1) + 1) / ((y**2).sum(1) + (p**2).sum(1) + 1)).mean())


@misconception(
    "dice.squares_without_factor_by_first_axis",
    part="dice",
    en="Three mistakes. The factor 2 is missing above; below stand squares, y^2 + p^2, where the lecture has plain sums; and "
    "there is one loss per item of the first axis (view(N, -1) and dim=1), then their mean, where one sum over all elements is "
    "asked.",
    ru="Три ошибки. Сверху потерян множитель 2; снизу стоят квадраты, y^2 + p^2, а в лекции обычные суммы; и потери посчитаны по "
    "каждому элементу первой оси (view(N, -1) и dim=1), потом взято среднее, а нужна одна сумма по всем элементам.",
)
def dice_squares_without_factor_by_first_axis(y, p):
    return _squared_by_first_axis(y, p, 1)


@misconception(
    "dice.squares_by_first_axis",
    part="dice",
    en="Two mistakes. Below stand squares, y^2 + p^2, where the lecture has plain sums; and there is one loss per item of the "
    "first axis (view(N, -1) and dim=1), then their mean, where one sum over all elements is asked.",
    ru="Две ошибки. Снизу стоят квадраты, y^2 + p^2, а в лекции обычные суммы; и потери посчитаны по каждому элементу первой оси "
    "(view(N, -1) и dim=1), потом взято среднее, а нужна одна сумма по всем элементам.",
)
def dice_squares_by_first_axis(y, p):
    return _squared_by_first_axis(y, p, 2)


def _added_up(slug, above, below):
    """A loss per item of the first axis, added up."""

    @misconception(
        f"dice.{slug}",
        part="dice",
        en="The losses of all items of the first axis are added up, so that the loss grows with their number: of a batch they "
        "are its pictures, of a single mask its rows. Sum y * p, y and p over all elements, and divide once.",
        ru="Потери всех элементов первой оси сложены, и результат растёт с их числом: у батча это картинки, у одной маски её "
        "строки. Сложите y * p, y и p по всем элементам и поделите один раз.",
    )
    def variant(y, p):
        return len(y) * _by_first_axis(y, p, above, below)

    return variant


dice_added_up = _added_up("sum_over_first_axis", 0, 1e-7)
dice_added_up_unguarded = _added_up("unguarded_sum_over_first_axis", 0, 0)
dice_added_up_smoothed = _added_up("smoothed_sum_over_first_axis", 1, 1)
dice_added_up_empty = _added_up("sum_over_first_axis_empty_ones_too", 1e-6, 1e-6)


@misconception(
    "dice.sigmoid_and_plain_mean_over_first_axis",
    part="dice",
    en="Two mistakes. A sigmoid of `p`, which is a probability already; and one loss per item of the first axis (view(N, -1) and "
    "sum(1)), then their mean, where one sum over all elements is asked.",
    ru="Две ошибки. К `p` применена сигмоида, а это уже вероятность; и потери посчитаны по каждому элементу первой оси "
    "(view(N, -1) и sum(1)), потом взято среднее, а нужна одна сумма по всем элементам.",
)
def dice_sigmoid_and_plain_mean_over_first_axis(y, p):
    return _by_first_axis(y, torch.as_tensor(p).sigmoid(), 1e-6, 1e-6)


@misconception(
    "dice.sigmoid_and_mean_over_first_axis",
    part="dice",
    en="Two mistakes. A sigmoid of `p`, which is a probability already; and one loss per item of the first axis (view(N, -1) and "
    "sum(1)), then their mean, where one sum over all elements is asked.",
    ru="Две ошибки. К `p` применена сигмоида, а это уже вероятность; и потери посчитаны по каждому элементу первой оси "
    "(view(N, -1) и sum(1)), потом взято среднее, а нужна одна сумма по всем элементам.",
)
def dice_sigmoid_and_mean_over_first_axis(y, p):
    return _by_first_axis(y, torch.as_tensor(p).sigmoid(), 1, 1)


@misconception(
    "dice.mean_over_channels",
    part="dice",
    en="One loss per channel of the masks, then their mean: a channel with a small object counts as much as one with a large. "
    "The lecture's sums run over all elements at once.",
    ru="Потери по каждому каналу масок, потом среднее: канал с маленьким объектом весит столько же, сколько с большим. Суммы в "
    "формуле лекции берутся сразу по всем элементам.",
)
def dice_mean_over_channels(y, p):
    axes = (0, 2, 3) if y.ndim == 4 else tuple(range(y.ndim))
    return float((1 - 2 * (y * p).sum(axes) / (y.sum(axes) + p.sum(axes))).mean())


@misconception(
    "dice.mean_over_maps",
    part="dice",
    en="One loss per map, that is per picture and channel (sums over height and width only), then their mean. The lecture's sums "
    "run over all elements of the batch at once.",
    ru="Потери по каждой карте, то есть по картинке и каналу (суммы только по высоте и ширине), потом среднее. Суммы в формуле "
    "лекции берутся сразу по всем элементам батча.",
)
def dice_mean_over_maps(y, p):
    return float((1 - 2 * (y * p).sum((-2, -1)) / (y.sum((-2, -1)) + p.sum((-2, -1)))).mean())


@misconception(
    "dice.mean_over_maps_of_four_axes",
    part="dice",
    en="Of masks (N, C, H, W) one loss per map (sums over the axes 2 and 3), then their mean. The lecture's sums run over all "
    "elements of the batch at once.",
    ru="Для масок (N, C, H, W) посчитаны потери по каждой карте (суммы по осям 2 и 3), потом среднее. Суммы в формуле лекции "
    "берутся сразу по всем элементам батча.",
)
def dice_mean_over_maps_of_four_axes(y, p):
    return dice_mean_over_maps(y, p) if y.ndim == 4 else 1 - dice_coefficient(y, p)


@misconception(
    "dice.softmax_and_mean_over_maps",
    part="dice",
    en="Two mistakes. A softmax over the channels of `p`, which is a probability already: of a single channel it makes 1 "
    "everywhere; and one loss per map (sums over height and width only), then their mean.",
    ru="Две ошибки. К `p` применён softmax по каналам, а это уже вероятность: из единственного канала он делает 1 повсюду; и "
    "потери посчитаны по каждой карте (суммы только по высоте и ширине), потом взято среднее.",
)
def dice_softmax_and_mean_over_maps(y, p):
    y, p = (torch.as_tensor(each).reshape((1,) * (4 - each.ndim) + tuple(each.shape)) for each in (y, p))
    p = p.softmax(1)
    return float((1 - (2 * (y * p).sum((2, 3)) + 1) / (y.sum((2, 3)) + p.sum((2, 3)) + 1)).mean())


@misconception(
    "dice.jaccard",
    part="dice",
    en="This is 1 - IoU, with the intersection subtracted in the denominator. Dice: 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Это 1 - IoU: из знаменателя вычтено пересечение. Dice: 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_jaccard(y, p):
    shared = (y * p).sum()
    return float(1 - shared / (y.sum() + p.sum() - shared))


@misconception(
    "dice.iou",
    part="dice",
    en="This is the IoU, 1 for a perfect prediction. The Dice loss is asked: 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Это IoU, равный 1 для идеального предсказания. Нужна функция потерь Dice: 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_iou(y, p):
    return 1 - dice_jaccard(y, p)


@misconception(
    "dice.doubled_jaccard",
    part="dice",
    en="The factor 2 of Dice with the denominator of IoU. Dice has no subtraction below: 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Множитель 2 от Dice, а знаменатель от IoU. В Dice снизу ничего не вычитают: 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_doubled_jaccard(y, p):
    shared = (y * p).sum()
    return float(1 - 2 * shared / (y.sum() + p.sum() - shared))


@misconception(
    "dice.with_background",
    part="dice",
    en="The background counts as a second class. The lecture's formula looks at the object alone: y and p as they are.",
    ru="Фон учтён как второй класс. Формула лекции смотрит только на объект: y и p как есть.",
)
def dice_with_background(y, p):
    front = 2 * (y * p).sum() / (y.sum() + p.sum())
    back = 2 * ((1 - y) * (1 - p)).sum() / ((1 - y).sum() + (1 - p).sum())
    return float(1 - (front + back) / 2)


@misconception(
    "dice.with_cross_entropy",
    part="dice",
    en="Binary cross-entropy was added. That is a good loss to train with, but the Dice loss alone is asked.",
    ru="Прибавлена бинарная кросс-энтропия. Для обучения это хорошо, но нужна только функция потерь Dice.",
)
def dice_with_cross_entropy(y, p):
    return float(1 - 2 * (y * p).sum() / (y.sum() + p.sum()) + functional.binary_cross_entropy(p.float(), y.float()))


@misconception(
    "dice.half_cross_entropy",
    part="dice",
    en="The mean of the Dice loss and of binary cross-entropy. That is a good loss to train with, but the Dice loss alone is "
    "asked.",
    ru="Среднее функции потерь Dice и бинарной кросс-энтропии. Для обучения это хорошо, но нужна только функция потерь Dice.",
)
def dice_half_cross_entropy(y, p):
    return dice_with_cross_entropy(y, p) / 2


@misconception(
    "dice.cross_entropy",
    part="dice",
    en="This is binary cross-entropy, another loss. The lecture's: DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Это бинарная кросс-энтропия, другая функция потерь. Из лекции нужна DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_cross_entropy(y, p):
    return float(functional.binary_cross_entropy(p.float(), y.float()))


@misconception(
    "dice.log_cosh",
    part="dice",
    en="This is the log-cosh Dice loss. Leave out the logarithm and the cosh: DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Это функция потерь log-cosh Dice. Уберите логарифм и cosh: DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_log_cosh(y, p):
    return float(torch.log(torch.cosh(torch.as_tensor(1 - dice_coefficient(y, p)))))


@misconception(
    "dice.negative_loss",
    part="dice",
    en="The sign is turned: coefficient - 1. The loss is 1 - coefficient, 0 for a perfect prediction and 1 for the worst.",
    ru="Знак перевёрнут: коэффициент - 1. Функция потерь равна 1 - коэффициент: 0 для идеального предсказания, 1 для худшего.",
)
def dice_negative_loss(y, p):
    return dice_coefficient(y, p) - 1


@misconception(
    "dice.smoothed_by_a_hundred",
    part="dice",
    en="The smoothing term is 100, above and below: as much as a hundred pixels of a right answer. It is there against a "
    "division by zero only; take 1e-6, or 1 at most.",
    ru="Сглаживание равно 100, сверху и снизу: столько же дают сто верных пикселей. Оно нужно только от деления на ноль; "
    "возьмите 1e-6 или не больше 1.",
)
def dice_smoothed_by_a_hundred(y, p):
    return float(1 - (2 * (y * p).sum() + 100) / (y.sum() + p.sum() + 100))


def _tversky(slug, false_alarms, misses):
    @misconception(
        f"dice.{slug}",
        part="dice",
        en=f"This is the Tversky loss, which counts what is found wrongly by {false_alarms} and what is missed by {misses}. The "
        "Dice loss counts both alike: DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
        ru=f"Это функция потерь Tversky: найденное зря входит с весом {false_alarms}, пропущенное с весом {misses}. В Dice веса "
        "одинаковы: DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    )
    def variant(y, p):
        shared = (y * p).sum()
        return float(1 - shared / (shared + false_alarms * ((1 - y) * p).sum() + misses * (y * (1 - p)).sum()))

    return variant


dice_tversky_against_misses = _tversky("tversky_against_misses", 0.3, 0.7)
dice_tversky_against_false_alarms = _tversky("tversky_against_false_alarms", 0.7, 0.3)


@misconception(
    "dice.generalised",
    part="dice",
    en="This is the generalised Dice loss: object and background, each weighted by one over its area squared. The lecture's "
    "formula looks at the object alone: DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Это обобщённый Dice: объект и фон, каждый с весом единица на квадрат площади. Формула лекции смотрит только на объект: "
    "DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_generalised(y, p):
    both = [(y, p, 1 / y.sum() ** 2), (1 - y, 1 - p, 1 / (1 - y).sum() ** 2)]
    shared = sum(weight * (mask * guess).sum() for mask, guess, weight in both)
    return float(1 - 2 * shared / sum(weight * (mask + guess).sum() for mask, guess, weight in both))


@misconception(
    "dice.logarithm",
    part="dice",
    en="The logarithm of the coefficient, -log(DC). The lecture's loss is 1 minus the coefficient.",
    ru="Логарифм коэффициента, -log. Функция потерь из лекции равна 1 минус коэффициент.",
)
def dice_logarithm(y, p):
    return float(-torch.log(2 * (y * p).sum() / (y.sum() + p.sum()) + 1e-6))


@misconception(
    "dice.smoothed_logarithm",
    part="dice",
    en="The logarithm of the smoothed coefficient, -log(...). The lecture's loss is 1 minus the coefficient.",
    ru="Логарифм сглаженного коэффициента, -log(...). Функция потерь из лекции равна 1 минус коэффициент.",
)
def dice_smoothed_logarithm(y, p):
    return float(-torch.log((2 * (y * p).sum() + 1) / (y.sum() + p.sum() + 1)))


@misconception(
    "dice.rounded",
    part="dice",
    en="Rounded to two digits. Round where you print; a loss is trained by small steps, and a rounded one has no gradient.",
    ru="Округлено до двух знаков. Округляйте при печати; обучение идёт малыми шагами, а у округлённых потерь нет градиента.",
)
def dice_rounded(y, p):
    return round(float(1 - 2 * (y * p).sum() / (y.sum() + p.sum())), 2)


@misconception(
    "dice.squared_difference",
    part="dice",
    en="The mean squared difference of mask and prediction. Dice: 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Средний квадрат разности маски и предсказания. Dice: 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_squared_difference(y, p):
    return float(((y - p) ** 2).mean())


@misconception(
    "dice.absolute_difference",
    part="dice",
    en="The mean absolute difference of mask and prediction, which a Dice of object and background in one sum comes to as well. "
    "Dice: 1 - 2 * sum(y * p) / (sum(y) + sum(p)), of the object alone.",
    ru="Средний модуль разности маски и предсказания; к нему же сводится Dice, где объект и фон сложены вместе. Dice: 1 - 2 * "
    "sum(y * p) / (sum(y) + sum(p)), только по объекту.",
)
def dice_absolute_difference(y, p):
    return float((y - p).abs().mean())
