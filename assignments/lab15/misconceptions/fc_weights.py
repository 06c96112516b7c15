"""Of the last layer's weights: the wrong layer, order, part or moment."""

# ruff: noqa: D103 - the explanation in each decorator says what the function does

import torch
from torch.nn import functional

from grader.testing import misconception

from .features_map import last_layers, resnet50


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
    "fc_weights.softmax_over_classes",
    part="fc_weights",
    en="A softmax of the weights, over the classes. It belongs to the scores, after fc; the map needs W as it is, negative "
    "numbers included.",
    ru="К весам применён softmax по классам. Его место после fc, на оценках; карте нужна сама W, вместе с отрицательными "
    "числами.",
)
def fc_weights_softmax_over_classes(model):
    return model.fc.weight.detach().softmax(dim=0)


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
    "fc_weights.left_in_training_mode",
    part="fc_weights",
    en="The model was put into training mode on the way. The matrix is right, but batch normalisation and dropout work "
    "differently from now on: leave out model.train().",
    ru="По пути модель переведена в режим обучения. Матрица верная, но нормализация и dropout теперь работают иначе: уберите "
    "model.train().",
)
def fc_weights_left_in_training_mode(model):
    model.train()
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
    "fc_weights.own_resnet50",
    part="fc_weights",
    en="The weights of another network than the one that is given. The function reads a ResNet50 of its own, made at the top of "
    "the notebook or within the function, and takes no notice of its parameter `model`: return model.fc.weight.",
    ru="Веса не той сети, которая передана. Функция читает свою ResNet50, созданную в начале блокнота или внутри функции, а "
    "параметр `model` не использует: верните model.fc.weight.",
)
def fc_weights_own_resnet50(model):
    del model
    return resnet50().fc.weight.detach()


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
    "fc_weights.normalised_columns",
    part="fc_weights",
    en="Every column was divided by its length. All channels then count alike; return W as the model keeps it.",
    ru="Каждый столбец поделён на свою длину. Все каналы тогда весят одинаково; верните W такой, какой её хранит модель.",
)
def fc_weights_normalised_columns(model):
    return functional.normalize(model.fc.weight.detach(), dim=0)


@misconception(
    "fc_weights.divided_by_maximum",
    part="fc_weights",
    en="Divided by the largest weight. A map looks the same after that, but it is no longer the network's W, which is asked.",
    ru="Поделено на наибольший вес. Карта от этого не изменится, но это уже не матрица W сети, а нужна она.",
)
def fc_weights_divided_by_maximum(model):
    weights = model.fc.weight.detach()
    return weights / weights.max()


@misconception(
    "fc_weights.standardised_rows",
    part="fc_weights",
    en="Every row has its mean subtracted and is divided by its deviation. That changes how channels compare; return W as it is.",
    ru="Из каждой строки вычтено её среднее, и она поделена на своё отклонение. Соотношение каналов так меняется; верните W как "
    "есть.",
)
def fc_weights_standardised_rows(model):
    weights = model.fc.weight.detach()
    return (weights - weights.mean(1, keepdim=True)) / weights.std(1, keepdim=True)


@misconception(
    "fc_weights.rounded",
    part="fc_weights",
    en="Rounded to two digits, for which most weights are too small. Round where you print.",
    ru="Округлено до двух знаков, а большинство весов слишком малы для этого. Округляйте при печати.",
)
def fc_weights_rounded(model):
    return model.fc.weight.detach().round(decimals=2)


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
    return last_layers(model)[0].weight.detach().flatten(1)


@misconception(
    "fc_weights.first_layer",
    part="fc_weights",
    en="The weights of the network's first layer, conv1: list(model.parameters())[0]. The last layer's are asked, "
    "model.fc.weight.",
    ru="Веса первого слоя сети, conv1: list(model.parameters())[0]. Нужны веса последнего, model.fc.weight.",
)
def fc_weights_first_layer(model):
    return model.conv1.weight.detach()


@misconception(
    "fc_weights.extra_axis",
    part="fc_weights",
    en="One axis too many: (1, num_classes, C). The values are right and it is accepted.",
    ru="Лишняя ось: (1, num_classes, C). Значения верные, это зачтено.",
    accepted=True,
)
def fc_weights_extra_axis(model):
    return model.fc.weight.detach()[None]
