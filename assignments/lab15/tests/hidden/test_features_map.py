import numpy as np
import pytest

from grader.testing import fail
from grader.testing import gettext as _

# A single picture for NarrowResNet50 is 96 pixels high and wide: in training mode, a mistake that has a name, 64 would leave
# batch normalisation four numbers a channel, and with other numbers of threads maps differ by up to 0.025 of the largest value.

MOST_NUMBERS = 1_000_000  # of a network's answer to two pictures; more were made up, and take 20 times their bytes to compare


def alike(one, other):
    """Whether two answers of a network are the same but for rounding; None is the answer of one that fails."""
    if one is None or other is None or one.shape != other.shape or one.size > MOST_NUMBERS:
        return False
    return np.allclose(one, other, rtol=1e-3, atol=1e-4)


@pytest.mark.part("features_map", weight=3)
def test_every_picture_of_a_batch(check, models, noise):
    """A batch: every picture has its own map."""
    check.features_map(models.narrow, noise(101, 3, 64, 64))


@pytest.mark.part("features_map", weight=3)
def test_wide_picture(check, models, noise):
    """A picture that is wider than high."""
    check.features_map(models.narrow, noise(102, 1, 64, 128))


@pytest.mark.part("features_map", weight=2)
def test_smaller_network(check, models, noise):
    """ResNet18: the function works with the model it is given."""
    check.features_map(models.narrow18, noise(103, 1, 96, 96))


@pytest.mark.part("features_map", weight=3)
def test_second_call_sees_the_second_picture(check, models, noise):
    """Two calls: each returns the map of its own picture."""
    pictures = noise(104, 2, 96, 96)
    check.features_map(models.narrow, pictures[:1])
    check.features_map(models.narrow, pictures[1:], hint=_("The first call was right; the second is about another picture."))


@pytest.mark.part("features_map", weight=2)
def test_batch_of_tall_pictures(check, models, photo):
    """A batch of pictures that are higher than wide."""
    tall = [photo(name, 96, 64) for name in ("flower", "camera")]
    check.features_map(models.narrow, np.concatenate(tall))


@pytest.mark.part("features_map", weight=1)
def test_two_networks_in_turn(check, models, noise):
    """Two networks one after the other: each gives its own map."""
    picture = noise(105, 1, 96, 96)
    check.features_map(models.narrow18, picture)
    check.features_map(models.narrow, picture)


@pytest.mark.part("features_map", weight=1)
def test_same_picture_again(check, models, noise):
    """The same picture twice gives the same map."""
    picture = noise(106, 1, 96, 96)
    check.features_map(models.narrow, picture)
    hint = _("The first call was right: what did it leave behind, in the model or in a variable?")
    check.features_map(models.narrow, picture, hint=hint)


@pytest.mark.part("features_map", weight=2)
def test_model_in_training_mode(check, models, noise):
    """A model that comes in training mode is evaluated in eval mode."""
    pictures = noise(107, 2, 64, 64)
    check.features_map(models.narrow, pictures)  # who is wrong about these is told why, and not of a mode
    check.features_map(
        models.narrow.training(),
        pictures,
        hint=_("Right in eval mode, and now the model came in training mode: is model.eval() called before the forward pass?"),
    )


@pytest.mark.part("features_map", weight=3)
def test_model_stays_as_it_was(check, submission, models, noise):
    """Looking at a model does not change it."""
    pictures = noise(108, 2, 64, 64)
    before = submission.state(models.narrow, pictures)
    check.features_map(models.narrow, pictures)
    after = submission.state(models.narrow, pictures)
    if after["digest"] != before["digest"]:
        fail(
            came=_("The parameters or buffers of the model have changed."),
            expected=_("the model as it was"),
            hint=_(
                "Leave the model's numbers and layers alone: put back a layer that you replace (model.fc = nn.Identity()), or "
                "work on a copy. In training mode a forward pass moves the statistics of batch normalisation: model.eval() comes "
                "first."
            ),
        )
    if not alike(after["output"], before["output"]):
        fail(
            came=_("The model's parameters and buffers are as they were, but its answers are others now."),
            expected=_("the model as it was"),
            hint=_("The model itself was changed: put back what you replaced in it, and remove hooks that return something."),
        )
    if after["training"]:
        fail(
            came=_("The model is in training mode now."),
            expected=_("the model in eval mode, as it came"),
            hint=_("Leave out model.train(): in training mode batch normalisation and dropout work differently."),
        )
