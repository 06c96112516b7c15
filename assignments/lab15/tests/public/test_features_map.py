import numpy as np
import pytest


@pytest.mark.part("features_map", weight=3)
def test_map_of_a_photo(check, models, photo):
    """ResNet50 and one photo: the output of layer4."""
    check.features_map(models.resnet50, photo("cat", 64, 96))


@pytest.mark.part("features_map", weight=2)
def test_map_of_a_batch_of_photos(check, models, photo):
    """A batch of two photos: a map for each of them."""
    check.features_map(models.narrow, np.concatenate([photo("coffee", 64, 64), photo("flower", 64, 64)]))
