"""How long a processor lets records gather: the longer, the more its batches take."""

_WORK_SHARE = 0.1
_WEIGHT = 1 / 16


class Pace:
    """The least time between the starts of two batches of a partition, in ``seconds``.

    It follows what batches take of late, so that a partition's work fills a tenth of its time: on an idle machine
    batches are quick and small, on a busy one they come less often, are larger, and so cost less a record. Shared by
    all partitions of a processor: each learns from all. Follows a moving mean of the last 16 batches or so, between the
    two bounds in seconds; never blocks.
    """

    def __init__(self, least: float, most: float) -> None:
        self._least = least
        self._most = max(least, most)
        self._took = 0.0

    @property
    def seconds(self) -> float:
        """The pace now."""
        return min(self._most, max(self._least, self._took / _WORK_SHARE))

    def took(self, seconds: float) -> None:
        """A batch took that long. More than the longest pace counts as that, so that an outage is soon forgotten."""
        self._took += (min(seconds, self._most) - self._took) * _WEIGHT
