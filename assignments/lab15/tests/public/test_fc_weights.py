import pytest


@pytest.mark.part("fc_weights", weight=3)
def test_matrix_of_resnet50(check, models):
    """ResNet50: the whole weight matrix of fc, one row per class."""
    check.fc_weights(models.resnet50)
