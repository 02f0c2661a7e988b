"""What a user may choose of the index."""

from dataclasses import dataclass

from twins.sampling import Sampling


@dataclass(frozen=True)
class IndexOptions:
    """What a user may choose of the index; what changes the results is part of the fingerprints.

    Args:
        keep_models: whether plugins keep their weights from stage to stage; none: as long as there is memory.
    """

    samples_per_second: float = 10.0
    text: bool = True
    keep_models: bool | None = None

    @property
    def sampling(self) -> Sampling:
        """The rates of sampling: a little less than asked for where little moves, a little more where much does."""
        return Sampling(calm_rate=0.8 * self.samples_per_second, busy_rate=1.2 * self.samples_per_second)
