"""Whether a model's folder says how pictures and words are prepared for it.

Transformers makes up a tokenizer that knows nothing where a folder has none, without a word; what else is missing it
notices when the model is loaded, after hours of other work.
"""

import json
from pathlib import Path

from twins.errors import TwinseekError

PREPROCESSORS = ("preprocessor_config.json", "processor_config.json")
TOKENIZERS = (("tokenizer.json",), ("vocab.json", "merges.txt"))
"""Files that are a tokenizer together: one form or the other."""
TEMPLATES = ("chat_template.jinja", "chat_template.json")
TEMPLATE_KEY, KEEPERS = "chat_template", ("tokenizer_config.json", "processor_config.json")
"""Older models keep their template in a field of one of these."""


def check_pictures(folder: Path) -> None:
    """Raise :class:`TwinseekError` where nothing says how pictures are prepared."""
    if not any((folder / name).is_file() for name in PREPROCESSORS):
        raise TwinseekError(f"{folder} has no {PREPROCESSORS[0]}, which says how pictures are prepared: fetch it too")


def check_words(folder: Path) -> None:
    """Raise :class:`TwinseekError` where there is no tokenizer."""
    if not any(all((folder / name).is_file() for name in form) for form in TOKENIZERS):
        raise TwinseekError(f"{folder} has no {TOKENIZERS[0][0]}, by which it reads words: fetch it too")


def check_turns(folder: Path) -> None:
    """Raise :class:`TwinseekError` where nothing says how a conversation is written down."""
    if not any((folder / name).is_file() for name in TEMPLATES) and not any(map(_keeps, _kept_in(folder))):
        raise TwinseekError(
            f"{folder} has no {TEMPLATES[0]}, by which questions are written down for it: fetch it too, or take an "
            "Instruct model"
        )


def _kept_in(folder: Path) -> list[Path]:
    return [folder / name for name in KEEPERS if (folder / name).is_file()]


def _keeps(file: Path) -> bool:
    try:
        return bool(json.loads(file.read_text(encoding="utf-8")).get(TEMPLATE_KEY))
    except (OSError, ValueError, AttributeError):
        return False  # whoever loads it says what is wrong
