"""What else a suppression may be limited by, beside the threshold of the overlap: names of least scores and largest numbers."""

from __future__ import annotations

from .measures import SMALLEST

SCORE_THRESHOLD = (
    "score_thresh",
    "score_thr",
    "conf_threshold",
    "conf_thresh",
    "conf_thres",
    "confidence_threshold",
    "min_score",
    "prob_threshold",
    "prob_thresh",
    "obj_threshold",
    "obj_thresh",
)
MOST_BOXES = ("max_boxes", "max_output_size", "max_num", "max_det", "max_detections", "top_k", "keep_top_k")
THRESHOLDS = ("threshold", "thresh", "thres", "thr")


def settings_with(threshold: float, most: int) -> dict[str, float]:
    """The threshold as code keeps it in one object with other settings, which let everything through."""
    overlap = [f"{before}{after}" for before in ("iou_", "nms_", "overlap_", "") for after in THRESHOLDS]
    known = dict.fromkeys([*overlap, "iou", "iou_limit", "max_overlap"], threshold)
    known |= dict.fromkeys(("score_threshold", *SCORE_THRESHOLD), 0.0) | dict.fromkeys(("eps", "epsilon"), SMALLEST)
    known |= dict.fromkeys(MOST_BOXES, most)
    return known | {name.upper(): value for name, value in known.items()}
