def iou(box1, box2):
    width = max(min(box1[2], box2[2]) - max(box1[0], box2[0]), 0)
    height = max(min(box1[3], box2[3]) - max(box1[1], box2[1]), 0)
    shared = width * height
    return shared / ((box1[2] - box1[0]) * (box1[3] - box1[1]) + (box2[2] - box2[0]) * (box2[3] - box2[1]) - shared)

def dice_loss(y, p):
    return 1 - 2 * (y * p).sum() / (y.sum() + p.sum())
