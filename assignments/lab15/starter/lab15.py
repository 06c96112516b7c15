# %% [markdown]
# # Лабораторная работа 15. На что смотрит ResNet50
#
# Сеть узнала на фотографии кота — но по каким местам? Карта активации класса (Zhou и др., 2016)
# отвечает на этот вопрос без дополнительного обучения. Допишите шесть функций; имена и порядок
# параметров оставьте как есть. В конце блокнота можно посмотреть на карту для своей картинки.
#
# *What does ResNet50 look at? Complete the six functions (leave their names and parameters as they
# are), then look at the map of a picture of your own at the end.*

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch
import torchvision

# %% [markdown]
# ## 1. Карта признаков, 25 баллов
#
# Напишите `get_features_map(model, x)`: прогоните батч картинок `x` формы (N, 3, H, W) через сеть в
# режиме `eval` и верните то, что выдал слой `layer4`. Поймать выход слоя удобнее всего хуком
# (`register_forward_hook`). Для ResNet50 ответ имеет форму (N, 2048, H/32, W/32); сама модель
# меняться не должна.
#
# *Write `get_features_map(model, x)`: run the batch of pictures `x`, (N, 3, H, W), through the
# network in eval mode and return what the stage `layer4` gave out. A forward hook is the usual way
# to catch it. For ResNet50 the answer is (N, 2048, H/32, W/32); the model itself must stay as it
# was.*

# %%
def get_features_map(model, x):
    raise RuntimeError("get_features_map is not done yet / ещё не сделано")

# %% [markdown]
# ## 2. Веса последнего слоя, 10 баллов
#
# `get_fc_weights(model)` возвращает матрицу весов W слоя `fc`, форма (число классов, C). Смещение
# сюда не входит.
#
# *`get_fc_weights(model)` returns the weight matrix W of the layer `fc`, (num_classes, C), without
# the bias.*

# %%
def get_fc_weights(model):
    raise RuntimeError("get_fc_weights is not done yet / ещё не сделано")

# %% [markdown]
# ## 3. Карта активации класса, 25 баллов
#
# `compute_cam(features, weights, class_idx)` складывает карты признаков с весами выбранного класса:
#
# $$M(i, j) = \sum_k W_{c,k} \, f_k(i, j)$$
#
# `features` имеет форму (C, h, w) или (1, C, h, w), ответ (h, w). Масштабировать и раскрашивать
# карту нужно только для рисунка, здесь верните саму сумму.
#
# *`compute_cam(features, weights, class_idx)` adds up the feature maps with the weights of the
# chosen class. `features` is (C, h, w) or (1, C, h, w), the answer (h, w). Scale and colour a map
# only when you draw it; return the plain sum here.*

# %%
def compute_cam(features, weights, class_idx):
    raise RuntimeError("compute_cam is not done yet / ещё не сделано")

# %% [markdown]
# ## 4. IoU, 15 баллов
#
# `iou(box1, box2)`: площадь пересечения двух рамок, делённая на площадь их объединения. Рамка
# задана углами (x1, y1, x2, y2), координаты непрерывные (сторона равна x2 - x1). Ответ: число от 0
# до 1.
#
# *`iou(box1, box2)`: the area of the intersection of two boxes over that of their union. A box is
# two corners (x1, y1, x2, y2) in continuous coordinates (a side is x2 - x1). The answer is a number
# from 0 to 1.*

# %%
def iou(box1, box2):
    raise RuntimeError("iou is not done yet / ещё не сделано")

# %% [markdown]
# ## 5. Функция потерь Dice, 10 баллов
#
# $$DC = 1 - \frac{2 \sum y_i p_i}{\sum y_i + \sum p_i}$$
#
# `dice_loss(y, p)`: `y` — маска из нулей и единиц, `p` — вероятности той же формы. Суммы берутся по
# всем элементам.
#
# *`dice_loss(y, p)`: `y` is a mask of zeros and ones, `p` holds probabilities of the same shape.
# The sums run over all elements.*

# %%
def dice_loss(y, p):
    raise RuntimeError("dice_loss is not done yet / ещё не сделано")

# %% [markdown]
# ## 6. Подавление немаксимумов, 15 баллов
#
# `nms(boxes, scores, iou_threshold)`: берём рамку с лучшей оценкой, убираем все оставшиеся, чей IoU
# с ней больше порога, и повторяем, пока рамки есть. Верните индексы оставленных рамок, лучшую
# первой.
#
# *`nms(boxes, scores, iou_threshold)`: take the box with the best score, drop all others whose IoU
# with it is greater than the threshold, and go on until none is left. Return the indices of the
# kept boxes, the best one first.*

# %%
def nms(boxes, scores, iou_threshold):
    raise RuntimeError("nms is not done yet / ещё не сделано")

# %% [markdown]
# ## Картинка
#
# Когда функции готовы, уберите решётки и посмотрите, что получилось.
#
# *When the functions are done, remove the hashes and look at the result.*

# %%
# from PIL import Image
#
# model = torchvision.models.resnet50(weights="IMAGENET1K_V1").eval()
# picture = Image.open("cat.jpg").convert("RGB").resize((224, 224))
# x = torchvision.transforms.functional.to_tensor(picture)
# x = torchvision.transforms.functional.normalize(x, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])[None]
# class_idx = int(model(x).argmax())
# cam = compute_cam(get_features_map(model, x), get_fc_weights(model), class_idx)
# plt.imshow(picture)
# plt.imshow(cam.detach().numpy(), alpha=0.5, extent=(0, 224, 224, 0), interpolation="bilinear")
# plt.show()
