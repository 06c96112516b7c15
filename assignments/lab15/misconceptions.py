"""Wrong variants of the reference of lab 15, each seen in real code or easy to write, with the words that explain it.

A variant takes what the reference takes (torch tensors, a torch model, numbers) and returns what a student with this
misconception would. It serves twice: when a student's wrong answers equal a variant's, the explanation is shown; and the
tests are proved against all of them. `accepted=True` marks what the lab accepts: it must pass, and nobody is told of it
but by the notes of `comparison.py`.

Explanations say what is computed instead and give the formula that is asked. Names are `<part>.<slug>`.
"""

# ruff: noqa: D103 - the explanation in each decorator says what the function does

from itertools import pairwise

import numpy as np
import torch
from torch.nn import functional

from grader.testing import misconception

# --- features_map


def _forward_as_it_comes(model, x, stage):
    """The output of one stage in a forward pass in the mode in which the model comes; of several calls of it the last."""
    return _outputs(model, x, stage)[-1]


def _forward(model, x, stage):
    """The same in eval mode."""
    return _outputs_in_eval_mode(model, x, stage)[-1]


def _outputs_in_eval_mode(model, x, stage):
    training = model.training
    model.eval()
    found = _outputs(model, x, stage)
    model.train(training)
    return found


def _outputs(model, x, stage):
    caught = []
    hook = stage.register_forward_hook(lambda _module, _inputs, output: caught.append(output.detach().clone()))
    with torch.no_grad():
        model(x)
    hook.remove()
    return caught


def _last_layers(model):
    """The last convolution and batch normalisation of the last block of layer4."""
    block = model.layer4[-1]
    return (block.conv3, block.bn3) if hasattr(block, "conv3") else (block.conv2, block.bn2)


@misconception(
    "features_map.avgpool",
    part="features_map",
    en="One stage too far. The answer is the output of avgpool: a single number per channel, with no place left in "
    "it. Hook layer4, whose output (N, C, h, w) still says where in the picture something was found.",
    ru="На один слой дальше. Это выход avgpool: одно число на канал, и где что найдено, уже не видно. Хук нужен на "
    "layer4: его выход (N, C, h, w) ещё хранит расположение.",
)
def features_map_avgpool(model, x, forward=_forward):
    return forward(model, x, model.avgpool)


@misconception(
    "features_map.logits",
    part="features_map",
    en="The network's final output. The answer holds the scores of the classes, one row per picture, as fc returns "
    "them. The feature map comes two stages earlier: the output of layer4, (N, C, h, w).",
    ru="Выход всей сети. Это оценки классов, по строке на картинку, как их отдаёт fc. Карта признаков получается "
    "двумя слоями раньше: это выход layer4, (N, C, h, w).",
)
def features_map_logits(model, x, forward=_forward):
    return forward(model, x, model.fc)


@misconception(
    "features_map.last_convolution",
    part="features_map",
    en="The last convolution, not the stage. Inside the last block, batch normalisation, the residual sum and the "
    "ReLU still follow: layer4 = ReLU(bn(conv(...)) + shortcut). Hook model.layer4 itself.",
    ru="Последняя свёртка, а не весь слой. После неё в блоке ещё идут нормализация, сложение с обходной связью и "
    "ReLU: layer4 = ReLU(bn(conv(...)) + shortcut). Хук нужен на сам model.layer4.",
)
def features_map_last_convolution(model, x, forward=_forward):
    return forward(model, x, _last_layers(model)[0])


@misconception(
    "features_map.last_normalisation",
    part="features_map",
    en="Before the residual sum. The answer is the output of the last batch normalisation; the shortcut is not added "
    "yet and the ReLU not applied: layer4 = ReLU(bn(conv(...)) + shortcut). Hook model.layer4 itself.",
    ru="До сложения с обходной связью. Это выход последней нормализации: ни слагаемого shortcut, ни ReLU ещё нет. "
    "layer4 = ReLU(bn(conv(...)) + shortcut), хук нужен на сам model.layer4.",
)
def features_map_last_normalisation(model, x):
    return _forward(model, x, _last_layers(model)[1])


@misconception(
    "features_map.before_relu",
    part="features_map",
    en="Before the last ReLU. The sum of the last block is there, but its negative numbers were not set to zero: "
    "layer4 = ReLU(bn(conv(...)) + shortcut). Take the output of model.layer4, not the input of its ReLU.",
    ru="До последнего ReLU. Сумма в последнем блоке верна, но отрицательные числа не обнулены: layer4 = "
    "ReLU(bn(conv(...)) + shortcut). Нужен выход model.layer4, а не вход его ReLU.",
)
def features_map_before_relu(model, x):
    caught = []
    relu = model.layer4[-1].relu
    hook = relu.register_forward_pre_hook(lambda _module, inputs: caught.append(inputs[0].detach().clone()))
    model.eval()
    with torch.no_grad():
        model(x)
    hook.remove()
    return caught[-1]


@misconception(
    "features_map.layer3",
    part="features_map",
    en="One stage too early. The answer is what layer3 returns, which is also the input of layer4 (`inputs` of a "
    "hook): a finer map with half the channels. The lab asks for the output of layer4.",
    ru="На один слой раньше. Это выход layer3, он же вход layer4 (аргумент `inputs` хука): карта мельче шагом, "
    "каналов вдвое меньше. Нужен выход layer4.",
)
def features_map_layer3(model, x, forward=_forward):
    return forward(model, x, model.layer3)


@misconception(
    "features_map.layer2",
    part="features_map",
    en="Two stages too early. The answer is what layer2 returns: a finer map with a quarter of the channels. The lab asks for "
    "the output of layer4.",
    ru="На два слоя раньше. Это выход layer2: карта мельче шагом, каналов вчетверо меньше. Нужен выход layer4.",
)
def features_map_layer2(model, x):
    return _forward(model, x, model.layer2)


@misconception(
    "features_map.layer1",
    part="features_map",
    en="Three stages too early. The answer is what layer1 returns: a much finer map with an eighth of the channels. The lab asks "
    "for the output of layer4.",
    ru="На три слоя раньше. Это выход layer1: карта намного мельче шагом, каналов в восемь раз меньше. Нужен выход layer4.",
)
def features_map_layer1(model, x):
    return _forward(model, x, model.layer1)


@misconception(
    "features_map.second_convolution",
    part="features_map",
    en="The second convolution of the last block. Normalisation, the residual sum and the ReLU still follow it, in ResNet50 a "
    "third convolution too. Hook model.layer4 itself.",
    ru="Вторая свёртка последнего блока. За ней ещё идут нормализация, сложение с обходной связью и ReLU, а в ResNet50 и третья "
    "свёртка. Хук нужен на сам model.layer4.",
)
def features_map_second_convolution(model, x):
    return _forward(model, x, model.layer4[-1].conv2)


@misconception(
    "features_map.first_block",
    part="features_map",
    en="The first block of layer4 only. layer4 is a chain of blocks, and model.layer4[0] is followed by others. Take "
    "the output of the whole stage, model.layer4.",
    ru="Только первый блок layer4. Слой layer4 состоит из нескольких блоков, и за model.layer4[0] идут другие. Нужен "
    "выход всего слоя model.layer4.",
)
def features_map_first_block(model, x):
    return _forward(model, x, model.layer4[0])


@misconception(
    "features_map.second_block",
    part="features_map",
    en="The second block of layer4 only. model.layer4[1] is the last one in ResNet18; in ResNet50 another follows. Take the "
    "output of the whole stage, model.layer4.",
    ru="Только второй блок layer4. В ResNet18 блок model.layer4[1] последний, а в ResNet50 за ним идёт ещё один. Нужен выход "
    "всего слоя model.layer4.",
)
def features_map_second_block(model, x):
    return _forward(model, x, model.layer4[1])


@misconception(
    "features_map.first_relu_of_last_block",
    part="features_map",
    en="The first ReLU inside the last block. A block calls its one ReLU several times, and only the last call gives the block's "
    "output, after the residual sum. Hook model.layer4 itself.",
    ru="Первый ReLU внутри последнего блока. Блок вызывает свой единственный ReLU несколько раз, и только последний вызов, после "
    "сложения с обходной связью, даёт выход блока. Хук нужен на сам model.layer4.",
)
def features_map_first_relu_of_last_block(model, x):
    return _outputs_in_eval_mode(model, x, model.layer4[-1].relu)[0]


@misconception(
    "features_map.training_mode",
    part="features_map",
    en="Evaluated in training mode. Batch normalisation then uses the mean and variance of this very batch and "
    "changes the model's stored ones. Call model.eval() before the forward pass, and no model.train() after it.",
    ru="Прогон в режиме обучения. Нормализация тогда берёт среднее и дисперсию самого батча, да ещё и меняет "
    "сохранённые в модели. Перед прогоном нужен model.eval(), и без model.train() после него.",
)
def features_map_training_mode(model, x):
    model.train()
    caught = []
    hook = model.layer4.register_forward_hook(lambda _module, _inputs, output: caught.append(output.detach()))
    with torch.no_grad():
        model(x)
    hook.remove()
    return caught[-1]


@misconception(
    "features_map.mode_as_it_comes",
    part="features_map",
    en="No model.eval() anywhere (with its parentheses). As long as the model comes in eval mode all is well; in training mode "
    "batch normalisation uses the statistics of the batch, and the map depends on the other pictures. Call model.eval() "
    "before the forward pass.",
    ru="Нигде нет model.eval() (со скобками). Пока модель приходит в режиме eval, всё верно; в режиме обучения нормализация "
    "берёт статистику батча, и карта зависит от соседних картинок. Перед прогоном нужен model.eval().",
)
def features_map_mode_as_it_comes(model, x):
    return _forward_as_it_comes(model, x, model.layer4)


@misconception(
    "features_map.first_call_again",
    part="features_map",
    en="The first result, returned again. The hook collects results, and the function returns the oldest one "
    "(features[0]) on every call. Return the newest, features[-1], or empty the list before each forward pass.",
    ru="Снова первый результат. Хук складывает результаты в список, а функция каждый раз возвращает самый старый "
    "(features[0]). Нужен последний, features[-1], или пустой список перед каждым прогоном.",
)
def features_map_first_call_again(model, x):
    if not hasattr(model, "first_map"):
        model.first_map = _forward(model, x, model.layer4)
    return model.first_map


@misconception(
    "features_map.first_of_all_calls_again",
    part="features_map",
    en="The first result, returned again, whatever model and picture are given. A global list (or dictionary) collects results, "
    "and the function returns the oldest one (features[0]) on every call. Return the newest, features[-1], or empty the list "
    "before each forward pass.",
    ru="Снова первый результат, какие бы модель и картинку ни передали. Результаты копятся в глобальном списке (или словаре), а "
    "функция каждый раз возвращает самый старый (features[0]). Нужен последний, features[-1], или пустой список перед каждым "
    "прогоном.",
)
def features_map_first_of_all_calls_again(model, x, memory):
    return memory.setdefault("map", _forward(model, x, model.layer4))


@misconception(
    "features_map.hook_replaces_output",
    part="features_map",
    en="The hook changes the network. What a forward hook returns replaces the layer's output, and a hook that is not "
    "removed stays for the next call. Let the hook store the output and return nothing; call handle.remove() "
    "afterwards.",
    ru="Хук меняет сеть. То, что хук возвращает, заменяет выход слоя, а неснятый хук остаётся до следующего вызова. "
    "Пусть хук только сохраняет выход и ничего не возвращает; после прогона нужен handle.remove().",
)
def features_map_hook_replaces_output(model, x):
    caught = []

    def hook(_module, _inputs, output):
        caught.append(output.detach())
        return output / output.max()

    model.layer4.register_forward_hook(hook)
    model.eval()
    with torch.no_grad():
        model(x)
    return caught[-1]


@misconception(
    "features_map.batch_axis_squeezed",
    part="features_map",
    en="The batch axis is gone for a single picture: (C, h, w) instead of (1, C, h, w). The values are right and it "
    "is accepted; without squeeze() a function works alike for one picture and for many.",
    ru="У одной картинки пропала ось батча: (C, h, w) вместо (1, C, h, w). Значения верные, это зачтено; без "
    "squeeze() функция одинаково работает для одной картинки и для многих.",
    accepted=True,
)
def features_map_batch_axis_squeezed(model, x):
    return _forward(model, x, model.layer4).squeeze(0)


@misconception(
    "features_map.half_precision",
    part="features_map",
    en="Half precision. The numbers were rounded to 16 bits, about three digits; it is accepted here, but float32 is "
    "what the network computes in.",
    ru="Половинная точность. Числа округлены до 16 бит, это около трёх знаков; здесь зачтено, но сеть считает во float32.",
    accepted=True,
)
def features_map_half_precision(model, x):
    return _forward(model, x, model.layer4).half()


@misconception(
    "features_map.pictures_merged",
    part="features_map",
    en="The pictures of a batch are merged. The maps of all pictures stand one after the other, (N * C, h, w), and it "
    "can no longer be seen whose they are. Keep the batch axis: (N, C, h, w).",
    ru="Картинки батча слиты вместе. Карты всех картинок идут подряд, (N * C, h, w), и уже не видно, где чьи. Ось "
    "батча нужно сохранить: (N, C, h, w).",
)
def features_map_pictures_merged(model, x):
    return _forward(model, x, model.layer4).flatten(0, 1)


@misconception(
    "features_map.first_picture",
    part="features_map",
    en="The first picture only. With output[0] the maps of the other pictures of the batch are lost; return the "
    "output for the whole batch, (N, C, h, w).",
    ru="Только первая картинка. Из-за output[0] карты остальных картинок батча потеряны; нужен выход для всего батча, "
    "(N, C, h, w).",
)
def features_map_first_picture(model, x, forward=_forward):
    return forward(model, x, model.layer4)[0]


@misconception(
    "features_map.last_picture",
    part="features_map",
    en="The last picture only. With output[-1] the maps of the other pictures of the batch are lost; return the "
    "output for the whole batch, (N, C, h, w).",
    ru="Только последняя картинка. Из-за output[-1] карты остальных картинок батча потеряны; нужен выход для всего "
    "батча, (N, C, h, w).",
)
def features_map_last_picture(model, x):
    return _forward(model, x, model.layer4)[-1:]


@misconception(
    "features_map.pictures_averaged",
    part="features_map",
    en="The mean over the batch. The pictures were averaged into one map; each picture has its own, (N, C, h, w).",
    ru="Среднее по батчу. Картинки усреднены в одну карту, а у каждой должна быть своя: (N, C, h, w).",
)
def features_map_pictures_averaged(model, x):
    return _forward(model, x, model.layer4).mean(0, keepdim=True)


@misconception(
    "features_map.channels_averaged",
    part="features_map",
    en="The mean over the channels. One map per picture is left; which channel counts how much is decided later, by "
    "the weights of fc. Return all C channels, (N, C, h, w).",
    ru="Среднее по каналам. На картинку осталась одна карта, а вес каждого канала задаётся позже, весами fc. Нужны "
    "все C каналов: (N, C, h, w).",
)
def features_map_channels_averaged(model, x):
    return _forward(model, x, model.layer4).mean(1)


@misconception(
    "features_map.channels_last",
    part="features_map",
    en="Channels last. The numbers are right, in the order (N, h, w, C) of pictures; torch keeps feature maps as (N, "
    "C, h, w), and so does the lab.",
    ru="Каналы в конце. Числа верные, но порядок осей как у картинок, (N, h, w, C); в torch и в этой работе карта "
    "признаков имеет вид (N, C, h, w).",
)
def features_map_channels_last(model, x):
    return _forward(model, x, model.layer4).permute(0, 2, 3, 1)


@misconception(
    "features_map.transposed",
    part="features_map",
    en="Height and width are exchanged: (N, C, w, h) instead of (N, C, h, w). For square pictures the shape hides it.",
    ru="Высота и ширина переставлены: (N, C, w, h) вместо (N, C, h, w). На квадратных картинках по форме это незаметно.",
)
def features_map_transposed(model, x):
    return _forward(model, x, model.layer4).transpose(2, 3)


@misconception(
    "features_map.flattened",
    part="features_map",
    en="Rows and columns are in one axis: (N, C, h * w). The values are right; the map needs its two axes, (N, C, h, w).",
    ru="Строки и столбцы слиты в одну ось: (N, C, h * w). Значения верные, но карте нужны обе оси: (N, C, h, w).",
)
def features_map_flattened(model, x):
    return _forward(model, x, model.layer4).flatten(2)


@misconception(
    "features_map.normalised_again",
    part="features_map",
    en="The picture was normalised a second time. `x` comes ready for the network; the ImageNet mean and deviation "
    "are applied once, where the picture is loaded, not inside this function.",
    ru="Картинка нормализована второй раз. `x` уже готов для сети: среднее и отклонение ImageNet применяют один раз, "
    "при загрузке картинки, а не внутри этой функции.",
)
def features_map_normalised_again(model, x):
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    deviation = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    return _forward(model, (x - mean) / deviation, model.layer4)


@misconception(
    "features_map.resized",
    part="features_map",
    en="The picture was brought to 224 x 224 inside the function. The network takes any size, and the map has one "
    "cell per 32 pixels of the picture that was given: (N, C, H/32, W/32).",
    ru="Картинка внутри функции приведена к 224 x 224. Сеть принимает любой размер, и у карты по ячейке на каждые 32 "
    "пикселя исходной картинки: (N, C, H/32, W/32).",
)
def features_map_resized(model, x):
    return _forward(model, functional.interpolate(x, (224, 224), mode="bilinear"), model.layer4)


@misconception(
    "features_map.scaled",
    part="features_map",
    en="Scaled to 0..1. A picture of a map may be scaled when it is drawn; here the numbers that layer4 returned are "
    "asked, because the weights of fc are meant for those.",
    ru="Приведено к 0..1. Масштабировать карту можно при рисовании, а здесь нужны те числа, которые вернул layer4: "
    "именно для них обучены веса fc.",
)
def features_map_scaled(model, x, forward=_forward):
    maps = forward(model, x, model.layer4)
    return (maps - maps.min()) / (maps.max() - maps.min())


def _as_it_comes(original):
    """The same mistake without model.eval() in the function, as in a notebook that calls it once at its top."""
    words = original.misconception

    @misconception(
        f"{words.id}_as_it_comes",
        part="features_map",
        en=f"{words.en} And model.eval() is nowhere in the function: call it before the forward pass.",
        ru=f"{words.ru} И в функции нет model.eval(): он нужен перед прогоном.",
    )
    def twin(model, x):
        return original(model, x, _forward_as_it_comes)

    return twin


features_map_avgpool_as_it_comes = _as_it_comes(features_map_avgpool)
features_map_logits_as_it_comes = _as_it_comes(features_map_logits)
features_map_last_convolution_as_it_comes = _as_it_comes(features_map_last_convolution)
features_map_layer3_as_it_comes = _as_it_comes(features_map_layer3)
features_map_first_picture_as_it_comes = _as_it_comes(features_map_first_picture)
features_map_scaled_as_it_comes = _as_it_comes(features_map_scaled)


# --- fc_weights


@misconception(
    "fc_weights.bias_added",
    part="fc_weights",
    en="The bias is added to the weights. fc computes W f + b; the lab asks for W alone, model.fc.weight.",
    ru="К весам прибавлено смещение. fc считает W f + b, а нужна только матрица W, model.fc.weight.",
)
def fc_weights_bias_added(model):
    return (model.fc.weight + model.fc.bias[:, None]).detach()


@misconception(
    "fc_weights.bias",
    part="fc_weights",
    en="This is the bias: one number per class. The matrix of weights is model.fc.weight, (num_classes, C).",
    ru="Это смещение (bias): по числу на класс. Матрица весов называется model.fc.weight, её форма (num_classes, C).",
)
def fc_weights_bias(model):
    return model.fc.bias.detach()


@misconception(
    "fc_weights.with_bias",
    part="fc_weights",
    en="Weights and bias together. list(model.fc.parameters()) holds both; the first one, model.fc.weight, is asked.",
    ru="Веса вместе со смещением. В list(model.fc.parameters()) лежит и то и другое; нужен первый элемент, model.fc.weight.",
)
def fc_weights_with_bias(model):
    return [parameter.detach() for parameter in model.fc.parameters()]


@misconception(
    "fc_weights.bias_column",
    part="fc_weights",
    en="The bias became a further column. W has one column per channel of layer4 and no more: model.fc.weight.",
    ru="Смещение стало лишним столбцом. В W ровно по столбцу на канал layer4: model.fc.weight.",
)
def fc_weights_bias_column(model):
    return torch.cat([model.fc.weight, model.fc.bias[:, None]], dim=1).detach()


@misconception(
    "fc_weights.transposed",
    part="fc_weights",
    en="Transposed. One row per class is asked, (num_classes, C), as model.fc.weight keeps it; leave out .T.",
    ru="Матрица транспонирована. Нужна строка на каждый класс, (num_classes, C), как и хранится в model.fc.weight; .T лишнее.",
)
def fc_weights_transposed(model):
    return model.fc.weight.detach().T


@misconception(
    "fc_weights.softmax",
    part="fc_weights",
    en="A softmax of the weights. It belongs to the scores of the classes, after fc; the map needs W as it is, "
    "negative numbers included.",
    ru="К весам применён softmax. Его место после fc, на оценках классов; карте нужна сама W, вместе с отрицательными числами.",
)
def fc_weights_softmax(model):
    return model.fc.weight.detach().softmax(dim=1)


@misconception(
    "fc_weights.one_class",
    part="fc_weights",
    en="The row of one class. Return the whole matrix; the row is chosen later, W[class_idx].",
    ru="Строка одного класса. Нужна вся матрица; строку выбирают позже: W[class_idx].",
)
def fc_weights_one_class(model):
    return model.fc.weight.detach()[0]


@misconception(
    "fc_weights.negative_zeroed_in_place",
    part="fc_weights",
    en="Negative weights were set to zero. They say what speaks against a class: return W as it is. (Done in place it would "
    "change the model too: fc.weight shares its memory with it.)",
    ru="Отрицательные веса обнулены. Они говорят, что свидетельствует против класса: верните W как есть. (А если делать это на "
    "месте, изменится и сама модель: у fc.weight общая с ней память.)",
)
def fc_weights_negative_zeroed_in_place(model):
    return model.fc.weight.data.clamp_(min=0)


@misconception(
    "fc_weights.changes_the_model",
    part="fc_weights",
    en="The model's bias was set to zero on the way. The matrix is right, but the network answers differently from "
    "now on. The lab's map does without the bias; nothing in the model has to change for that.",
    ru="По пути обнулено смещение модели. Матрица верная, но сеть теперь отвечает иначе. Карта и так строится без "
    "смещения, в самой модели ничего менять не нужно.",
)
def fc_weights_changes_the_model(model):
    model.fc.bias.data.zero_()
    return model.fc.weight.detach()


@misconception(
    "fc_weights.first_model_again",
    part="fc_weights",
    en="The weights of the model that came first. They were stored on the first call (or at the top of the notebook) and are "
    "returned again whatever model is given. Read model.fc.weight anew on each call.",
    ru="Веса той модели, что пришла первой. Они сохранены при первом вызове (или в начале блокнота) и возвращаются снова, "
    "какую бы модель ни передали. Читайте model.fc.weight при каждом вызове.",
)
def fc_weights_first_model_again(model, memory):
    return memory.setdefault("weights", model.fc.weight.detach().clone())


@misconception(
    "fc_weights.absolute",
    part="fc_weights",
    en="Absolute values. The sign tells whether a channel speaks for a class or against it; return W with its signs.",
    ru="Взяты модули. Знак говорит, за класс свидетельствует канал или против; верните W со знаками.",
)
def fc_weights_absolute(model):
    return model.fc.weight.detach().abs()


@misconception(
    "fc_weights.scaled",
    part="fc_weights",
    en="Scaled to 0..1. The shift and the factor change how channels compare; return W as the model keeps it.",
    ru="Приведено к 0..1. Сдвиг и масштаб меняют соотношение каналов; верните W такой, какой её хранит модель.",
)
def fc_weights_scaled(model):
    weights = model.fc.weight.detach()
    return (weights - weights.min()) / (weights.max() - weights.min())


@misconception(
    "fc_weights.normalised_rows",
    part="fc_weights",
    en="Every row was divided by its length. That makes classes comparable, but it is no longer the network's W.",
    ru="Каждая строка поделена на свою длину. Классы так сравнимы, но это уже не матрица W сети.",
)
def fc_weights_normalised_rows(model):
    return functional.normalize(model.fc.weight.detach(), dim=1)


@misconception(
    "fc_weights.thousand_classes",
    part="fc_weights",
    en="Written for 1000 classes. Other networks have other numbers of them: model.fc.weight has its shape already.",
    ru="Написано на 1000 классов. У других сетей их другое число: у model.fc.weight форма уже есть.",
)
def fc_weights_thousand_classes(model):
    return model.fc.weight.detach().reshape(1000, -1)


@misconception(
    "fc_weights.channels_of_resnet50",
    part="fc_weights",
    en="Written for 2048 channels. Other networks have other numbers of them: model.fc.weight has its shape already.",
    ru="Написано на 2048 каналов. У других сетей их другое число: у model.fc.weight форма уже есть.",
)
def fc_weights_channels_of_resnet50(model):
    return model.fc.weight.detach().reshape(-1, 2048)


@misconception(
    "fc_weights.mean_over_classes",
    part="fc_weights",
    en="The mean over all classes. One row is left, of no class in particular; the whole matrix is asked.",
    ru="Среднее по всем классам. Осталась одна строка, ничья; нужна вся матрица.",
)
def fc_weights_mean_over_classes(model):
    return model.fc.weight.detach().mean(0)


@misconception(
    "fc_weights.flattened",
    part="fc_weights",
    en="All weights in one row. The numbers are right; keep the matrix (num_classes, C).",
    ru="Все веса вытянуты в одну строку. Числа верные, но нужна матрица (num_classes, C).",
)
def fc_weights_flattened(model):
    return model.fc.weight.detach().flatten()


@misconception(
    "fc_weights.last_convolution",
    part="fc_weights",
    en="The weights of the last convolution of layer4. The map needs the weights of the layer after the pooling, "
    "model.fc.weight.",
    ru="Веса последней свёртки слоя layer4. Карте нужны веса слоя после пулинга: model.fc.weight.",
)
def fc_weights_last_convolution(model):
    return _last_layers(model)[0].weight.detach().flatten(1)


@misconception(
    "fc_weights.extra_axis",
    part="fc_weights",
    en="One axis too many: (1, num_classes, C). The values are right and it is accepted.",
    ru="Лишняя ось: (1, num_classes, C). Значения верные, это зачтено.",
    accepted=True,
)
def fc_weights_extra_axis(model):
    return model.fc.weight.detach()[None]


# --- cam


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
    en="The weights were averaged over the classes, so that the map belongs to none. Use the row of the class, W[class_idx].",
    ru="Веса усреднены по классам, и карта не относится ни к одному. Нужна строка своего класса, W[class_idx].",
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
    en="A softmax of the weights. All weights become positive, and channels that speak against the class count for "
    "it: M = sum over k of W[class_idx, k] * features[k], with W as it is.",
    ru="К весам применён softmax. Все веса стали положительными, и каналы, говорящие против класса, засчитаны за "
    "него: M = сумма по k от W[class_idx, k] * features[k], где W берётся как есть.",
)
def cam_softmax_weights(features, weights, class_idx):
    return _weighted(features, weights[class_idx].softmax(0))


@misconception(
    "cam.softmax_over_classes",
    part="cam",
    en="A softmax over the classes for every channel. It belongs to the scores, after fc; here W counts as it is.",
    ru="Softmax по классам для каждого канала. Его место на оценках, после fc; здесь нужна W как есть.",
)
def cam_softmax_over_classes(features, weights, class_idx):
    return _weighted(features, weights.softmax(0)[class_idx])


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
    en="The plain sum of the channels, the same for every class. Each channel counts with its weight W[class_idx, k].",
    ru="Простая сумма каналов, одинаковая для всех классов. Каждый канал входит со своим весом W[class_idx, k].",
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
    "cam.negative_features_zeroed",
    part="cam",
    en="Negative features were set to zero. layer4 has done its ReLU already; the function takes features as they come.",
    ru="Отрицательные признаки обнулены. ReLU в layer4 уже был; функция берёт признаки такими, какие они есть.",
)
def cam_negative_features_zeroed(features, weights, class_idx):
    return _weighted(features.relu(), weights[class_idx])


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
    "cam.inverted",
    part="cam",
    en="Upside down in value: 1 - map. What speaks for the class is now the lowest; leave the sign as it comes.",
    ru="Карта вывернута: 1 - карта. То, что говорит за класс, стало самым низким; знак менять не нужно.",
)
def cam_inverted(features, weights, class_idx):
    return 1 - cam_scaled(features, weights, class_idx)


@misconception(
    "cam.weighted_mean",
    part="cam",
    en="Divided by the sum of the weights. Where that is negative the map turns upside down, and near zero its values blow up. "
    "Leave the sum over the channels as it is.",
    ru="Поделено на сумму весов. Где она отрицательна, карта выворачивается, а около нуля значения взлетают. Оставьте саму сумму "
    "по каналам.",
)
def cam_weighted_mean(features, weights, class_idx):
    return _weighted(features, weights[class_idx]) / weights[class_idx].sum()


@misconception(
    "cam.divided_by_its_sum",
    part="cam",
    en="Divided by the sum of the map. Where that is negative the map turns upside down. Leave the map as it is.",
    ru="Поделено на сумму карты. Где она отрицательна, карта выворачивается. Оставьте карту как есть.",
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
    en="A softmax over the cells of the map. It leaves the highest cell and little else; the lab asks for the plain sum.",
    ru="Softmax по ячейкам карты. От неё остаётся почти одна самая высокая ячейка; нужна сама сумма.",
)
def cam_softmax_map(features, weights, class_idx):
    cam = _weighted(features, weights[class_idx])
    return cam.flatten().softmax(0).view_as(cam)


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


# --- iou


def _parts(box1, box2, *, pixel=0.0):
    """Intersection and the two areas, with so much added to every side."""
    left, right = torch.maximum(box1[:2], box2[:2]), torch.minimum(box1[2:], box2[2:])
    shared = (right - left + pixel).clamp(min=0).prod()
    return shared, (box1[2:] - box1[:2] + pixel).prod(), (box2[2:] - box2[:2] + pixel).prod()


def _iou(box1, box2, *, pixel=0.0):
    shared, first, second = _parts(box1, box2, pixel=pixel)
    return float(shared / (first + second - shared))


def _from_corner(box):
    return torch.cat([box[:2], box[:2] + box[2:]])


def _from_centre(box):
    return torch.cat([box[:2] - box[2:] / 2, box[:2] + box[2:] / 2])


@misconception(
    "iou.pixel_added",
    part="iou",
    en="One pixel is added to every side (x2 - x1 + 1). The lab's coordinates are continuous: a side is x2 - x1.",
    ru="К каждой стороне прибавлен пиксель (x2 - x1 + 1). Координаты здесь непрерывные: сторона равна x2 - x1.",
)
def iou_pixel_added(box1, box2):
    return _iou(box1, box2, pixel=1.0)


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
    return _iou(_from_corner(box1), _from_corner(box2))


@misconception(
    "iou.centre_and_size",
    part="iou",
    en="Boxes were read as (centre x, centre y, width, height), as YOLO gives them. They are two corners, (x1, y1, x2, y2).",
    ru="Рамки прочитаны как (центр x, центр y, ширина, высота), как в YOLO. Это два угла, (x1, y1, x2, y2).",
)
def iou_centre_and_size(box1, box2):
    return _iou(_from_centre(box1), _from_centre(box2))


@misconception(
    "iou.axes_paired",
    part="iou",
    en="Boxes were read as (x1, x2, y1, y2). They are two corners, (x1, y1, x2, y2).",
    ru="Рамки прочитаны как (x1, x2, y1, y2). Это два угла, (x1, y1, x2, y2).",
)
def iou_axes_paired(box1, box2):
    order = [0, 2, 1, 3]
    return _iou(box1[order], box2[order])


@misconception(
    "iou.sides_not_clamped",
    part="iou",
    en="Negative sides are multiplied. For boxes that lie apart both ways the two negative sides give a positive "
    "area; set each side to zero first: max(0, right - left) * max(0, bottom - top).",
    ru="Перемножены отрицательные стороны. У рамок, разнесённых и по x, и по y, две отрицательные стороны дают "
    "положительную площадь; сначала каждую нужно ограничить нулём: max(0, right - left) * max(0, bottom - top).",
)
def iou_sides_not_clamped(box1, box2):
    sides = torch.minimum(box1[2:], box2[2:]) - torch.maximum(box1[:2], box2[:2])
    shared = sides.prod()
    return float(shared / ((box1[2:] - box1[:2]).prod() + (box2[2:] - box2[:2]).prod() - shared))


@misconception(
    "iou.area_clamped",
    part="iou",
    en="Only the product is set to zero, not each side: max(0, width * height). Two negative sides still give a "
    "positive area; clamp both: max(0, width) * max(0, height).",
    ru="Нулём ограничено только произведение, а не каждая сторона: max(0, width * height). Две отрицательные стороны "
    "всё равно дают положительную площадь; нужно max(0, width) * max(0, height).",
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
    "iou.box_with_itself",
    part="iou",
    en="The answer is always 1: a box is compared with itself (look for the same name used twice), or the coordinates are taken "
    "for the pixels of masks, which overlap wherever both are not 0.",
    ru="Ответ всегда 1: рамка сравнивается сама с собой (поищите имя, использованное дважды) или координаты приняты за пиксели "
    "масок, которые пересекаются везде, где обе не 0.",
)
def iou_box_with_itself(box1, box2):
    del box2
    return _iou(box1, box1)


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
    en="// divides and cuts to whole numbers, so that every overlap but the full one is 0. Divide with /.",
    ru="// делит и обрезает до целого, и любое перекрытие, кроме полного, становится нулём. Делите через /.",
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
    return _iou(box1.clamp(min=0), box2.clamp(min=0))


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
    return 1 - _iou(box1, box2)


@misconception(
    "iou.percent",
    part="iou",
    en="In percent. A share from 0 to 1 is asked.",
    ru="В процентах. Нужна доля от 0 до 1.",
)
def iou_percent(box1, box2):
    return 100 * _iou(box1, box2)


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
    "iou.half_precision",
    part="iou",
    en="Computed in 16 bits, which hold no number above 65504: the area of a box of 300 x 300 is larger. Use float32.",
    ru="Посчитано в 16 битах, где нет чисел больше 65504: площадь рамки 300 x 300 уже больше. Нужен float32.",
)
def iou_half_precision(box1, box2):
    shared, first, second = _parts(box1.half(), box2.half())
    return float(shared / (first + second - shared))


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


@misconception(
    "iou.height_not_clamped",
    part="iou",
    en="Only the width of the intersection is set to zero where the boxes lie apart. The height needs the same: max(0, bottom "
    "- top).",
    ru="Нулём ограничена только ширина пересечения. С высотой нужно то же самое: max(0, bottom - top).",
)
def iou_height_not_clamped(box1, box2):
    width, height = torch.minimum(box1[2:], box2[2:]) - torch.maximum(box1[:2], box2[:2])
    shared = width.clamp(min=0) * height
    return float(shared / ((box1[2:] - box1[:2]).prod() + (box2[2:] - box2[:2]).prod() - shared))


@misconception(
    "iou.width_not_clamped",
    part="iou",
    en="Only the height of the intersection is set to zero where the boxes lie apart. The width needs the same: max(0, right "
    "- left).",
    ru="Нулём ограничена только высота пересечения. С шириной нужно то же самое: max(0, right - left).",
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
    return round(_iou(box1, box2), 2)


# --- dice


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
    en="The mask counts twice in the denominator, and the prediction not at all (look for a copied name): DC = 1 - 2 * sum(y * "
    "p) / (sum(y) + sum(p)).",
    ru="В знаменателе дважды маска и ни разу предсказание (поищите скопированное имя): DC = 1 - 2 * sum(y * p) / (sum(y) + "
    "sum(p)).",
)
def dice_mask_twice(y, p):
    return float(1 - 2 * (y * p).sum() / (y.sum() + y.sum()))


@misconception(
    "dice.prediction_twice",
    part="dice",
    en="The prediction counts twice in the denominator, and the mask not at all (look for a copied name): DC = 1 - 2 * sum(y * "
    "p) / (sum(y) + sum(p)).",
    ru="В знаменателе дважды предсказание и ни разу маска (поищите скопированное имя): DC = 1 - 2 * sum(y * p) / (sum(y) + "
    "sum(p)).",
)
def dice_prediction_twice(y, p):
    return float(1 - 2 * (y * p).sum() / (p.sum() + p.sum()))


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
    en="The factor 2 is missing, so that a perfect prediction has a loss of 0.5: DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Потерян множитель 2, и у идеального предсказания потери 0.5: DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_factor_forgotten(y, p):
    return float(1 - (y * p).sum() / (y.sum() + p.sum()))


@misconception(
    "dice.parentheses_missing",
    part="dice",
    en="The denominator needs parentheses: a / b + c divides by b alone. DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Знаменателю нужны скобки: a / b + c делит только на b. DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_parentheses_missing(y, p):
    return float(1 - 2 * (y * p).sum() / y.sum() + p.sum())


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
    "dice.first_channel",
    part="dice",
    en="Only the first channel is compared (y[:, 0] and p[:, 0]); of a mask without an axis of channels that is its first "
    "column. Masks may have any shape: sum over all elements.",
    ru="Сравнивается только первый канал (y[:, 0] и p[:, 0]), а у маски без оси каналов это её первый столбец. Маски бывают "
    "любой формы: суммы берутся по всем элементам.",
)
def dice_first_channel(y, p):
    y, p = y[:, 0], p[:, 0]
    return float(1 - (2 * (y * p).sum() + 1) / (y.sum() + p.sum() + 1))


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
    "dice.jaccard",
    part="dice",
    en="This is 1 - IoU, with the intersection subtracted in the denominator. Dice: 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Это 1 - IoU: из знаменателя вычтено пересечение. Dice: 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_jaccard(y, p):
    shared = (y * p).sum()
    return float(1 - shared / (y.sum() + p.sum() - shared))


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
    "dice.cross_entropy",
    part="dice",
    en="This is binary cross-entropy, another loss. The lecture's: DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
    ru="Это бинарная кросс-энтропия, другая функция потерь. Из лекции нужна DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)).",
)
def dice_cross_entropy(y, p):
    return float(functional.binary_cross_entropy(p.float(), y.float()))


@misconception(
    "dice.logarithm",
    part="dice",
    en="The logarithm of the coefficient, -log(DC). The lecture's loss is 1 minus the coefficient.",
    ru="Логарифм коэффициента, -log. Функция потерь из лекции равна 1 минус коэффициент.",
)
def dice_logarithm(y, p):
    return float(-torch.log(2 * (y * p).sum() / (y.sum() + p.sum()) + 1e-6))


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


# --- nms


def _greedy(boxes, scores, threshold, *, overlap=_iou, descending=True):
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


@misconception(
    "nms.order_by_area",
    part="nms",
    en="The largest box comes first. NMS goes by score: of two rivals the one with the better score stays.",
    ru="Первой взята самая большая рамка. NMS идёт по оценкам: из двух соперниц остаётся та, у которой оценка выше.",
)
def nms_order_by_area(boxes, scores, iou_threshold):
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return _greedy(boxes, areas + 1e-6 * areas.max() * scores.argsort().argsort().flip(0), iou_threshold)


@misconception(
    "nms.neighbours_only",
    part="nms",
    en="A box is compared only with the one before it in the order of scores. Compare it with every box kept so far.",
    ru="Рамка сравнивается только с предыдущей по оценке. Её нужно сравнить со всеми уже оставленными.",
)
def nms_neighbours_only(boxes, scores, iou_threshold):
    order = scores.argsort(descending=True).tolist()
    calm = [after for before, after in pairwise(order) if _iou(boxes[before], boxes[after]) <= iou_threshold]
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
        if not kept or _iou(boxes[kept[-1]], boxes[index]) <= iou_threshold:
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
    return [best, *(other for other in others if _iou(boxes[best], boxes[other]) <= iou_threshold)]


@misconception(
    "nms.keeps_one",
    part="nms",
    en="Only the best box of all is kept. Each object has its own: repeat with the best of those that are left.",
    ru="Оставлена только одна, самая лучшая рамка. У каждого объекта своя: повторяйте с лучшей из оставшихся.",
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
        if all(_iou(boxes[better], boxes[index]) <= iou_threshold for better in order[:place])
    ]


@misconception(
    "nms.comparison_reversed",
    part="nms",
    en="The comparison is the wrong way round: boxes that overlap little are dropped, rivals stay. Drop those with an "
    "IoU greater than the threshold.",
    ru="Сравнение перевёрнуто: отброшены рамки, которые почти не перекрываются, а соперницы остались. Убирать нужно "
    "те, чей IoU больше порога.",
)
def nms_comparison_reversed(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, -iou_threshold, overlap=lambda first, second: -_iou(first, second))


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
        left = [index for place, index in enumerate(rest) if _iou(boxes[best], boxes[place]) <= iou_threshold]
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
        order = [order[place] for place, index in enumerate(rest) if _iou(boxes[best], boxes[index]) <= iou_threshold]
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
    "nms.pixel_added",
    part="nms",
    en="One pixel is added to every side (x2 - x1 + 1). The lab's coordinates are continuous and may be shares from 0 "
    "to 1: a side is x2 - x1.",
    ru="К каждой стороне прибавлен пиксель (x2 - x1 + 1). Координаты непрерывные и могут быть долями от 0 до 1: "
    "сторона равна x2 - x1.",
)
def nms_pixel_added(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, iou_threshold, overlap=lambda first, second: _iou(first, second, pixel=1.0))


@misconception(
    "nms.corner_and_size",
    part="nms",
    en="Boxes were read as (x, y, width, height). They are two corners, (x1, y1, x2, y2); near the origin both look alike.",
    ru="Рамки прочитаны как (x, y, ширина, высота). Это два угла, (x1, y1, x2, y2); у начала координат разница незаметна.",
)
def nms_corner_and_size(boxes, scores, iou_threshold):
    return _greedy(torch.stack([_from_corner(box) for box in boxes]), scores, iou_threshold)


@misconception(
    "nms.centre_and_size",
    part="nms",
    en="Boxes were read as (centre x, centre y, width, height), as YOLO gives them. They are two corners, (x1, y1, x2, y2).",
    ru="Рамки прочитаны как (центр x, центр y, ширина, высота), как в YOLO. Это два угла, (x1, y1, x2, y2).",
)
def nms_centre_and_size(boxes, scores, iou_threshold):
    return _greedy(torch.stack([_from_centre(box) for box in boxes]), scores, iou_threshold)


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
            if _iou(boxes[best], boxes[other]) > iou_threshold:
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
    en="Overlap is measured by the Dice coefficient, 2 * intersection / (area1 + area2), which is larger than the IoU, so that "
    "too many boxes go. IoU = intersection / (area1 + area2 - intersection).",
    ru="Перекрытие измерено коэффициентом Dice, 2 * intersection / (area1 + area2); он больше IoU, и отброшено слишком много "
    "рамок. IoU = intersection / (area1 + area2 - intersection).",
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
    return _greedy(boxes, scores, iou_threshold, overlap=lambda first, second: round(_iou(first, second), 1))


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
            rivals = (_iou(boxes[index], boxes[other]) > iou_threshold and other != index for other in range(len(boxes)))
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
        left = [other for other in others if _iou(boxes[best], boxes[other]) <= iou_threshold]
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
        left = [other for other in left[1:] if _iou(boxes[kept[-1]], boxes[other]) <= iou_threshold]
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
