"""Under which licences the weights of the profiles are published, to warn of those that forbid commercial use.

From the models' pages, or from those of their family where a page was not at hand: what counts is the page.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Licence:
    """A licence of weights; ``commercial`` is false where it forbids commercial use."""

    name: str
    commercial: bool = True


APACHE = Licence("Apache-2.0")
NON_COMMERCIAL = Licence("CC-BY-NC-4.0", commercial=False)
QWEN_RESEARCH = Licence("Qwen Research License", commercial=False)

LICENCES = {
    "Qwen/Qwen2.5-VL-3B-Instruct": QWEN_RESEARCH,
    "Qwen/Qwen2.5-VL-7B-Instruct": APACHE,
    "Qwen/Qwen3-4B-Instruct-2507": APACHE,
    "Qwen/Qwen3-VL-2B-Instruct": APACHE,
    "Qwen/Qwen3-VL-4B-Instruct": APACHE,
    "Qwen/Qwen3-VL-8B-Instruct": APACHE,
    "depth-anything/Depth-Anything-V2-Base-hf": NON_COMMERCIAL,
    "depth-anything/Depth-Anything-V2-Large-hf": NON_COMMERCIAL,
    "depth-anything/Depth-Anything-V2-Small-hf": APACHE,
    "facebook/sam2.1-hiera-base-plus": APACHE,
    "facebook/sam2.1-hiera-large": APACHE,
    "facebook/sam2.1-hiera-small": APACHE,
    "facebook/sam2.1-hiera-tiny": APACHE,
    "google/owlv2-base-patch16-ensemble": APACHE,
    "google/owlv2-large-patch14-ensemble": APACHE,
}
"""By id on the hub. What is not here has a licence that nobody looked up."""


def licence_of(repository: str) -> Licence | None:
    """Return the licence of published weights; none where it is not known here."""
    return LICENCES.get(repository)
