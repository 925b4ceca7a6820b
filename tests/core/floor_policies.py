"""Hypothesis strategy: settings that are changed at any moment, and the longest that are ever in force."""

from hypothesis import strategies as st

from ct112.core.events import PolicyChanged
from ct112.core.policy import Policy
from ct112.core.settings import SETTINGS

FREE_SECONDS, END_SECONDS = 9.0, 90.0
"""A node that is lost frees its operators, and gives its calls up, this late at most."""
SHORT = {setting.name: setting.low for setting in SETTINGS}
LONG = {setting.name: setting.high for setting in SETTINGS} | {
    "lost_node_free_seconds": FREE_SECONDS,
    "lost_node_end_seconds": END_SECONDS,
}

policy_changed = st.sampled_from(
    [
        PolicyChanged(Policy()),
        PolicyChanged(Policy(**SHORT)),
        PolicyChanged(Policy(**LONG)),
        PolicyChanged(Policy(**LONG, switch_seconds=1.0, switch_every_seconds=500.0, join_seconds=500.0)),
    ]
)
"""The last one has what no change may touch."""
