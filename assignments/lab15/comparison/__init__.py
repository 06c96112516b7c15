"""How answers of lab 15 are judged: one function per part, None when right, else a Difference in the student's words.

Every function takes the answer as plain values (numbers, text, bytes, list, tuple, dict, numpy array), the reference's
answer, and the call; it never raises, whatever the answer is. What is accepted although it was not asked for (an axis of
length 1, a ReLU, a keep mask) is told to the student in `call.notes`.

Hints are fixed texts, because a hidden test shows nothing else: numbers of an answer could carry the input out.

::

    network     what is read off a network: compare_features_map, compare_fc_weights
    cam         compare_cam
    measures    compare_iou, compare_dice
    nms         compare_nms, and in `kept` the many ways to say which boxes are kept
    answers     what all of them use: an answer as an array, one result out of several, how a comparison rejects
"""

from .cam import compare_cam
from .measures import compare_dice, compare_iou
from .network import compare_fc_weights, compare_features_map
from .nms import compare_nms

__all__ = ["compare_cam", "compare_dice", "compare_fc_weights", "compare_features_map", "compare_iou", "compare_nms"]
