import pytest

from grader.testing import fail
from grader.testing import gettext as _


@pytest.mark.part("fc_weights", weight=2)
def test_smaller_network(check, models):
    """ResNet18: the function works with the model it is given."""
    check.fc_weights(models.resnet18)


@pytest.mark.part("fc_weights", weight=2)
def test_weights_that_were_replaced(check, models, weights):
    """A model with other weights in fc."""
    check.fc_weights(models.narrow18.with_state({"fc.weight": weights(201, 200, 128)}))


@pytest.mark.part("fc_weights", weight=1)
def test_weights_before_and_after_a_change(check, models, weights):
    """The weights as they are at the time of the call."""
    check.fc_weights(models.narrow18)
    check.fc_weights(
        models.narrow18.with_state({"fc.weight": weights(202, 200, 128)}),
        hint=_("The first call was right; then the model was another."),
    )


@pytest.mark.part("fc_weights", weight=2)
def test_model_stays_as_it_was(check, submission, models):
    """Reading the weights does not change the model."""
    before = submission.state(models.narrow1000)
    check.fc_weights(models.narrow1000)
    after = submission.state(models.narrow1000)
    if after["digest"] != before["digest"]:
        fail(
            came=_("The parameters or buffers of the model have changed."),
            expected=_("the model as it was"),
            hint=_(
                "Read fc.weight, and change nothing: it shares its memory with the model; what is to be changed, .clone() first. "
                "Put back a layer that you replace (model.fc = nn.Identity()), or work on a copy of the model."
            ),
        )
    if after["training"]:
        fail(
            came=_("The model is in training mode now."),
            expected=_("the model in eval mode, as it came"),
            hint=_("Leave out model.train(): in training mode batch normalisation and dropout work differently."),
        )
