"""Of feature maps: the wrong stage, place, mode or picture, and models that are changed."""

# ruff: noqa: D103 - the explanation in each decorator says what the function does

import copy
import functools

import torch
from torch.nn import functional

from grader.testing import misconception


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


def last_layers(model):
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
    return forward(model, x, last_layers(model)[0])


@misconception(
    "features_map.last_normalisation",
    part="features_map",
    en="Before the residual sum. The answer is the output of the last batch normalisation; the shortcut is not added "
    "yet and the ReLU not applied: layer4 = ReLU(bn(conv(...)) + shortcut). Hook model.layer4 itself.",
    ru="До сложения с обходной связью. Это выход последней нормализации: ни слагаемого shortcut, ни ReLU ещё нет. "
    "layer4 = ReLU(bn(conv(...)) + shortcut), хук нужен на сам model.layer4.",
)
def features_map_last_normalisation(model, x):
    return _forward(model, x, last_layers(model)[1])


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
    "features_map.without_shortcut",
    part="features_map",
    en="The residual sum is missing: a ReLU of the last normalisation (or of the last block's own layers, one after the other). "
    "layer4 = ReLU(bn(conv(...)) + shortcut): take the output of model.layer4 itself.",
    ru="Нет сложения с обходной связью: взят ReLU от последней нормализации (или от слоёв последнего блока, идущих друг за "
    "другом). layer4 = ReLU(bn(conv(...)) + shortcut): нужен выход самого model.layer4.",
)
def features_map_without_shortcut(model, x):
    return _forward(model, x, last_layers(model)[1]).relu()


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
    "features_map.layers_left_in_training_mode",
    part="features_map",
    en="Layers of batch normalisation are left in training mode. This map is right, the next one will not be: call no train() "
    "after the forward pass.",
    ru="Слои нормализации оставлены в режиме обучения. Эта карта верна, а следующая уже не будет: не вызывайте train() после "
    "прогона.",
)
def features_map_layers_left_in_training_mode(model, x):
    found = _forward(model, x, model.layer4)
    model.layer4.train()
    return found


@misconception(
    "features_map.mode_as_it_comes",
    part="features_map",
    en="No model.eval() (with its parentheses) before the forward pass. As long as the model comes in eval mode all is well; in "
    "training mode batch normalisation uses the statistics of the batch, and the map depends on the other pictures. Call "
    "model.eval() first.",
    ru="Перед прогоном нет model.eval() (со скобками). Пока модель приходит в режиме eval, всё верно; в режиме обучения "
    "нормализация берёт статистику батча, и карта зависит от соседних картинок. Сначала нужен model.eval().",
)
def features_map_mode_as_it_comes(model, x):
    return _forward_as_it_comes(model, x, model.layer4)


@misconception(
    "features_map.first_call_again",
    part="features_map",
    en="An earlier result, returned again: a hook collects results and the function returns an old one (features[0]), or a map "
    "is kept for a model or a size of picture. Return the newest, features[-1], of a forward pass made in this call.",
    ru="Снова прежний результат: хук складывает результаты в список, а функция возвращает старый (features[0]), или карта "
    "запомнена для модели или размера картинки. Нужен последний, features[-1], из прогона в этом же вызове.",
)
def features_map_first_call_again(model, x):
    if not hasattr(model, "first_map"):
        model.first_map = _forward(model, x, model.layer4)
    return model.first_map


@misconception(
    "features_map.first_of_all_calls_again",
    part="features_map",
    en="An earlier result, returned again, even where another model is given: a global list or dictionary keeps results, and the "
    "function returns an old one (features[0]). Return the newest, features[-1], of a forward pass made in this call.",
    ru="Снова прежний результат, даже если модель уже другая: глобальный список или словарь хранит результаты, а функция "
    "возвращает старый (features[0]). Нужен последний, features[-1], из прогона в этом же вызове.",
)
def features_map_first_of_all_calls_again(model, x, memory):
    return memory.setdefault("map", _forward(model, x, model.layer4))


@misconception(
    "features_map.hook_on_the_first_model",
    part="features_map",
    en="The hook sits on the model that came first; another one has none, and an earlier map is returned. Register it in each "
    "call, on the model that is given, and remove it afterwards.",
    ru="Хук стоит на модели, которая пришла первой; у другой его нет, и возвращается прежняя карта. Ставьте хук при каждом "
    "вызове на переданную модель и снимайте после прогона.",
)
def features_map_hook_on_the_first_model(model, x, memory):
    tensors = len(model.state_dict())  # tells the test's two networks apart
    if memory.setdefault("hooked", tensors) == tensors:
        memory["map"] = _forward(model, x, model.layer4)
    return memory["map"]


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
    en="The first picture only. With output[0] (or x[:1]) the maps of the other pictures of the batch are lost; return the "
    "output for the whole batch, (N, C, h, w).",
    ru="Только первая картинка. Из-за output[0] (или x[:1]) карты остальных картинок батча потеряны; нужен выход для всего "
    "батча, (N, C, h, w).",
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
    "features_map.channels_added_up",
    part="features_map",
    en="The sum over the channels. One map per picture is left; which channel counts how much is decided later, by the weights "
    "of fc. Return all C channels, (N, C, h, w).",
    ru="Сумма по каналам. На картинку осталась одна карта, а вес каждого канала задаётся позже, весами fc. Нужны все C каналов: "
    "(N, C, h, w).",
)
def features_map_channels_added_up(model, x):
    return _forward(model, x, model.layer4).sum(1)


@misconception(
    "features_map.largest_of_channels",
    part="features_map",
    en="The maximum over the channels. One map per picture is left; which channel counts how much is decided later, by the "
    "weights of fc. Return all C channels, (N, C, h, w).",
    ru="Максимум по каналам. На картинку осталась одна карта, а вес каждого канала задаётся позже, весами fc. Нужны все C "
    "каналов: (N, C, h, w).",
)
def features_map_largest_of_channels(model, x):
    return _forward(model, x, model.layer4).amax(1)


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
    "features_map.flattened_to_a_row",
    part="features_map",
    en="One long row per picture: (N, C * h * w), as flatten(1) makes it, or the network itself where avgpool and fc do nothing "
    "(Identity). The values are right; the map needs its axes, (N, C, h, w).",
    ru="По одной длинной строке на картинку: (N, C * h * w), как делает flatten(1) или сама сеть, где avgpool и fc ничего не "
    "меняют (Identity). Значения верные, но карте нужны её оси: (N, C, h, w).",
)
def features_map_flattened_to_a_row(model, x):
    return _forward(model, x, model.layer4).flatten(1)


@functools.cache
def resnet50():
    """What a submission gets that makes its own trained network here: the assignment's `resnet50`, of the same seed."""
    import torchvision  # not above: it takes a second and 90 MB, of every judge

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(15)
        return torchvision.models.resnet50().eval()


@misconception(
    "features_map.own_resnet50",
    part="features_map",
    en="Another network than the one that is given. The function runs a ResNet50 of its own, made at the top of the notebook or "
    "within the function, and takes no notice of its parameter `model`. Hook and run that one.",
    ru="Не та сеть, которая передана. Функция прогоняет свою ResNet50, созданную в начале блокнота или внутри функции, а "
    "параметр `model` не использует. Хук и прогон нужны на нём.",
)
def features_map_own_resnet50(model, x):
    del model
    return _forward(resnet50(), x, resnet50().layer4)


@misconception(
    "features_map.own_resnet50_in_training_mode",
    part="features_map",
    en="Another network than the one that is given, in training mode. The function runs a ResNet50 of its own and takes no "
    "notice of its parameter `model`; and a network that was just made is in training mode until eval() is called.",
    ru="Не та сеть, которая передана, и в режиме обучения. Функция прогоняет свою ResNet50, а параметр `model` не использует; и "
    "только что созданная сеть находится в режиме обучения, пока не вызван eval().",
)
def features_map_own_resnet50_in_training_mode(model, x):
    del model
    return features_map_training_mode(copy.deepcopy(resnet50()), x)


def _left_out(slug, words, russian, *layers):
    """Stage by stage, without a layer before the first stage."""

    @misconception(
        f"features_map.without_{slug}",
        part="features_map",
        en=f"{words} is missing before layer1. Layers called by hand must come in the network's own order: conv1, bn1, relu, "
        "maxpool, layer1, layer2, layer3, layer4.",
        ru=f"Перед layer1 пропущен {russian}. Слои, вызванные по одному, должны идти в порядке самой сети: conv1, bn1, relu, "
        "maxpool, layer1, layer2, layer3, layer4.",
    )
    def variant(model, x):
        model.eval()
        with torch.no_grad():
            for name in (*layers, "layer1", "layer2", "layer3", "layer4"):
                x = getattr(model, name)(x)
        return x

    return variant


features_map_without_maxpool = _left_out("maxpool", "The pooling, maxpool,", "пулинг maxpool", "conv1", "bn1", "relu")
features_map_without_bn1 = _left_out("bn1", "The normalisation, bn1,", "слой нормализации bn1", "conv1", "relu", "maxpool")
features_map_without_relu = _left_out("relu", "The ReLU", "ReLU", "conv1", "bn1", "maxpool")


@misconception(
    "features_map.relu_before_bn1",
    part="features_map",
    en="The first ReLU stands before the normalisation. Layers called by hand must come in the network's own order: conv1, bn1, "
    "relu, maxpool, layer1, layer2, layer3, layer4.",
    ru="Первый ReLU стоит перед нормализацией. Слои, вызванные по одному, должны идти в порядке самой сети: conv1, bn1, relu, "
    "maxpool, layer1, layer2, layer3, layer4.",
)
def features_map_relu_before_bn1(model, x):
    model.eval()
    with torch.no_grad():
        x = model.maxpool(model.bn1(model.relu(model.conv1(x))))
        return model.layer4(model.layer3(model.layer2(model.layer1(x))))


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
    "features_map.divided_by_255",
    part="features_map",
    en="The picture was divided by 255 inside the function. `x` comes ready for the network, scaled and normalised.",
    ru="Картинка внутри функции поделена на 255. `x` уже готов для сети: приведён к нужному диапазону и нормализован.",
)
def features_map_divided_by_255(model, x):
    return _forward(model, x / 255, model.layer4)


def _prepared(slug, prepare, en, ru):
    @misconception(
        f"features_map.{slug}",
        part="features_map",
        en=f"{en} `x` comes ready for the network, scaled and normalised; give it to the model as it is.",
        ru=f"{ru} `x` уже готов для сети: приведён к нужному диапазону и нормализован; передайте его модели как есть.",
    )
    def variant(model, x):
        return _forward(model, prepare(x), model.layer4)

    return variant


features_map_multiplied_by_255 = _prepared(
    "multiplied_by_255",
    lambda x: x * 255,
    "The picture was multiplied by 255 inside the function.",
    "Картинка внутри функции умножена на 255.",
)
features_map_denormalised = _prepared(
    "denormalised",
    lambda x: x * torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1) + torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1),
    "The normalisation of the picture was undone inside the function, as for drawing.",
    "Нормализация картинки внутри функции отменена, как для рисования.",
)
features_map_scaled_picture = _prepared(
    "scaled_picture",
    lambda x: (x - x.min()) / (x.max() - x.min()),
    "The picture was scaled to 0..1 inside the function.",
    "Картинка внутри функции приведена к диапазону 0..1.",
)
features_map_standardised_picture = _prepared(
    "standardised_picture",
    lambda x: (x - x.mean()) / x.std(),
    "The picture was normalised by its own mean and deviation inside the function.",
    "Картинка внутри функции нормализована по своим среднему и отклонению.",
)


@misconception(
    "features_map.colours_reversed",
    part="features_map",
    en="The colours were put in another order (BGR, as OpenCV reads them). `x` comes as the network wants it, in RGB.",
    ru="Цвета переставлены (BGR, как их читает OpenCV). `x` уже такой, какой нужен сети: RGB.",
)
def features_map_colours_reversed(model, x):
    return _forward(model, x.flip(1), model.layer4)


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
    "features_map.resized_and_normalised_again",
    part="features_map",
    en="The picture was prepared a second time: brought to 224 x 224 and normalised inside the function. `x` comes ready for the "
    "network, which takes any size; this belongs where the picture is loaded.",
    ru="Картинка подготовлена второй раз: внутри функции она приведена к 224 x 224 и нормализована. `x` уже готов для сети, а та "
    "принимает любой размер; место этому при загрузке картинки.",
)
def features_map_resized_and_normalised_again(model, x):
    return features_map_normalised_again(model, functional.interpolate(x, (224, 224), mode="bilinear"))


@misconception(
    "features_map.resized_by_nearest_pixels",
    part="features_map",
    en="The picture was brought to 224 x 224 inside the function (by copied pixels, as interpolate does it when no mode is "
    "given). The network takes any size, and the map has one cell per 32 pixels of the picture that was given: (N, C, H/32, "
    "W/32).",
    ru="Картинка внутри функции приведена к 224 x 224 (копированием пикселей, как делает interpolate без mode). Сеть принимает "
    "любой размер, и у карты по ячейке на каждые 32 пикселя исходной картинки: (N, C, H/32, W/32).",
)
def features_map_resized_by_nearest_pixels(model, x):
    return _forward(model, functional.interpolate(x, (224, 224)), model.layer4)


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


@misconception(
    "features_map.cells_of_one_length",
    part="features_map",
    en="The channels of every cell were divided by their length (normalize over the channels). The numbers that layer4 returned "
    "are asked, because the weights of fc are meant for those.",
    ru="Каналы каждой ячейки поделены на свою длину (normalize по каналам). Нужны те числа, которые вернул layer4: именно для "
    "них обучены веса fc.",
)
def features_map_cells_of_one_length(model, x):
    return functional.normalize(_forward(model, x, model.layer4), dim=1)


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
