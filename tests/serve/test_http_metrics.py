"""tests/embedded/test_metrics.py over HTTP, the long form of this folder.

Left out: a StdDev that is infinite. JSON has no such number; botocore hands out the text "Infinity".
"""

import pytest
from embedded_suite import take

take("test_metrics", globals(), but=["test_values_at_the_ends_of_the_range_keep_the_summary_finite"])

pytestmark = pytest.mark.soak
