"""Лабораторная 15: карты активации и вспомогательные функции детекции.

Кузнецова Мария, М8О-405Б
"""
import argparse
from pathlib import Path

import numpy as np
import torch
import torchvision
from PIL import Image

MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
STD = np.array([0.229, 0.224, 0.225], dtype=np.float32)


def load_image(path, size=224):
    """Картинка -> тензор (1, 3, size, size)."""
    img = Image.open(path).convert("RGB").resize((size, size))
    arr = (np.asarray(img, dtype=np.float32) / 255 - MEAN) / STD
    return torch.from_numpy(arr.transpose(2, 0, 1)).unsqueeze(0)


def get_features_map(model, x):
    """Выход layer4. Хук ставится и снимается внутри функции."""
    saved = None

    def hook(module, inp, out):
        nonlocal saved
        saved = out

    h = model.layer4.register_forward_hook(hook)
    model.eval()
    with torch.no_grad():
        model(torch.as_tensor(x))
    h.remove()
    return saved.cpu().numpy()


def get_fc_weights(model):
    """Матрица W, (1000, 2048)."""
    return model.fc.weight.detach().cpu().numpy()


def compute_cam(features, weights, class_idx):
    """Взвешенная сумма карт признаков."""
    features = np.asarray(features)
    if features.ndim == 4:
        features = features[0]
    c, h, w = features.shape
    return np.asarray(weights)[class_idx].dot(features.reshape(c, h * w)).reshape(h, w)


def iou(box1, box2):
    """IoU двух рамок (x1, y1, x2, y2)."""
    ax1, ay1, ax2, ay2 = (float(v) for v in box1)
    bx1, by1, bx2, by2 = (float(v) for v in box2)
    w = min(ax2, bx2) - max(ax1, bx1)
    h = min(ay2, by2) - max(ay1, by1)
    if w <= 0 or h <= 0:
        return 0.0
    inter = w * h
    union = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - inter
    return inter / union


def dice_loss(y, p, eps=1e-7):
    """1 - коэффициент Дайса."""
    y = np.asarray(y, dtype=np.float64).ravel()
    p = np.asarray(p, dtype=np.float64).ravel()
    return 1.0 - 2.0 * (y * p).sum() / (y.sum() + p.sum() + eps)


def nms(boxes, scores, iou_threshold=0.5):
    """Жадный NMS, возвращает индексы."""
    boxes = np.asarray(boxes)
    scores = np.asarray(scores)
    idxs = np.argsort(-scores)
    keep = []
    while len(idxs):
        cur = idxs[0]
        keep.append(int(cur))
        idxs = np.array([i for i in idxs[1:] if iou(boxes[cur], boxes[i]) <= iou_threshold], dtype=int)
    return np.array(keep, dtype=int)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("image", type=Path)
    parser.add_argument("--out", type=Path, default=Path("cam.png"))
    args = parser.parse_args()

    model = torchvision.models.resnet50(weights="IMAGENET1K_V1")
    x = load_image(args.image)
    feats = get_features_map(model, x)
    cls = int(model(x).argmax())
    cam = compute_cam(feats, get_fc_weights(model), cls)
    cam = (cam - cam.min()) / (cam.max() - cam.min())
    Image.fromarray(np.uint8(255 * cam)).resize((224, 224)).save(args.out)
    print("класс:", cls, "карта сохранена в", args.out)


if __name__ == "__main__":
    main()
