"""One class with a method per part; the model comes to the constructor."""

import torch


class Lab15:
    def __init__(self, model):
        self.model = model

    def get_features_map(self, x):
        stored = {}
        handle = self.model.layer4.register_forward_hook(lambda m, i, o: stored.update(out=o))
        self.model.eval()
        with torch.no_grad():
            self.model(x)
        handle.remove()
        return stored["out"]

    def get_fc_weights(self):
        return self.model.fc.weight.detach()

    @staticmethod
    def compute_cam(features, weights, class_idx):
        return torch.tensordot(weights[class_idx], features.squeeze(0), dims=1)


class Boxes:
    @staticmethod
    def iou(box1, box2):
        x = torch.stack([box1, box2])
        sides = (x[:, 2:].amin(0) - x[:, :2].amax(0)).clamp(0)
        areas = (x[:, 2:] - x[:, :2]).prod(1)
        return sides.prod() / (areas.sum() - sides.prod())

    @classmethod
    def nms(cls, boxes, scores, iou_threshold):
        order = scores.sort(descending=True).indices
        kept = []
        while len(order):
            kept.append(order[0])
            order = order[1:][[bool(cls.iou(boxes[order[0]], boxes[j]) <= iou_threshold) for j in order[1:]]]
        return torch.stack(kept)


class Losses:
    def dice_loss(self, y, p):
        return 1 - 2 * (y * p).sum() / (y + p).sum()
