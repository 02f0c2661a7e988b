"""An answer: the stable record, and what people do with it."""

from pathlib import Path
from typing import Any

from pydantic import PrivateAttr

from twins.queries import ResultRecord
from twinseek.report import FrameSource


class Result(ResultRecord):
    """What :meth:`Library.ask` returns: every field of the record; shows itself in a notebook."""

    _frames: FrameSource | None = PrivateAttr(default=None)

    def with_frames(self, frames: FrameSource) -> "Result":
        """Hand in where key frames come from, for the report and the notebook."""
        self._frames = frames
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain JSON values (docs/result.schema.json)."""
        return self.model_dump(mode="json")

    def save_report(self, path: Path | str) -> Path:
        """Write one self-contained HTML page with key frames, time spans and the checked trace."""
        from twinseek.report import write_report

        return write_report(Path(path), [self], self._frames)

    def _repr_html_(self) -> str:
        from twinseek.report import render_report

        return render_report([self], self._frames, embedded=True)
