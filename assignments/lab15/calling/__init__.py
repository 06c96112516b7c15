"""Other ways in which students honestly write the parts of lab 15, tried only where a function does not take the usual arguments.

None of them makes a wrong function right: each asks the same question with the same numbers in another dress. A function that
runs the network itself is given one whose layer4 and fc have the numbers of the test.

::

    network     what is read off a network: alternatives_features_map, alternatives_fc_weights
    cam         alternatives_cam, axes_of_cam
    pictured    of those, the ways that show a network a picture
    maps        a class's map in whatever was answered
    measures    alternatives_iou, alternatives_dice
    nms         alternatives_nms
    limits      what else a suppression may be limited by, and how that is called
    boxes       what IoU and suppression call the sides and corners of a box
    sizes       how large the lab's network is, and what is made as large
"""

from .cam import alternatives_cam, axes_of_cam
from .measures import alternatives_dice, alternatives_iou
from .network import alternatives_fc_weights, alternatives_features_map
from .nms import alternatives_nms

__all__ = [
    "alternatives_cam",
    "alternatives_dice",
    "alternatives_fc_weights",
    "alternatives_features_map",
    "alternatives_iou",
    "alternatives_nms",
    "axes_of_cam",
]
