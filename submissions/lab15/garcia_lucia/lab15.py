import torch
import torch.nn.functional as F
from torchvision import models


class CAMExtractor:
    """Keeps the network, its hook and the last feature map together."""

    def __init__(self, model):
        self.model = model.eval()
        self.features = None
        self.handle = self.model.layer4.register_forward_hook(self._save)

    def _save(self, module, inputs, output):
        self.features = output.detach()

    def get_features_map(self, x):
        with torch.no_grad():
            self.model(x)
        return self.features

    def get_fc_weights(self):
        return self.model.fc.weight.detach()


class HeatMap:
    def compute_cam(self, features, weights, class_idx):
        if features.dim() == 3:
            features = features.unsqueeze(0)
        # a 1x1 convolution is the same weighted sum
        w = weights[class_idx].reshape(1, -1, 1, 1)
        return F.conv2d(features, w)[0, 0]


class Metrics:
    @staticmethod
    def iou(box1, box2):
        tl = torch.maximum(box1[:2], box2[:2])
        br = torch.minimum(box1[2:], box2[2:])
        inter = torch.prod(torch.relu(br - tl))
        area = lambda b: torch.prod(b[2:] - b[:2])
        return inter / (area(box1) + area(box2) - inter)

    @staticmethod
    def dice_loss(y, p):
        return 1 - 2 * torch.sum(y * p) / (torch.sum(y) + torch.sum(p))

    @classmethod
    def nms(cls, boxes, scores, iou_threshold):
        alive = torch.ones(len(boxes), dtype=torch.bool)
        kept = []
        for i in torch.argsort(scores, descending=True):
            if not alive[i]:
                continue
            kept.append(i.item())
            for j in range(len(boxes)):
                if j != i and cls.iou(boxes[i], boxes[j]) > iou_threshold:
                    alive[j] = False
        return kept


if __name__ == "__main__":
    extractor = CAMExtractor(models.resnet50(weights="DEFAULT"))
    x = torch.rand(1, 3, 224, 224)
    print(extractor.get_features_map(x).shape)
