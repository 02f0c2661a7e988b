"""The chat models that a library's questions are answered with: opened once, and asked now and then what they are."""

import logging
import math
import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING

from agents.llm.roles import Models
from twins.errors import TwinseekError
from twinseek.settings import DESCRIBER, LlmSettings, Settings

if TYPE_CHECKING:
    from agents.llm.model import Model

logger = logging.getLogger(__name__)

LISTING_KEPT = 300.0
"""Seconds for which the list of a server's models is taken to be what it was."""


class OpenModels:
    """Opens models when they are first needed, and keeps them.

    Args:
        settings: of plugins, whose weights may be models, too.
        device: returns where these run.

    ``load`` opens a model by its name: set it, and another one decides.
    """

    def __init__(self, settings: Settings, device: Callable[[], str]) -> None:
        self._settings, self._device = settings, device
        self._chats: dict[tuple[object, ...], Model] = {}
        self._served: dict[str, tuple[float, list[str]]] = {}
        self._blind = False
        self._opening = Lock()
        self.load: Callable[[str, LlmSettings], Model] = self._opened

    def models_for(self, llm: LlmSettings) -> Models:
        """Return the models of one question, with a meter and a transcript of its own; opened models are kept.

        Raises:
            TwinseekError: where a model cannot be opened, before anything is asked.
        """
        if not llm.asked_for:
            return Models()
        from agents.llm.metering import Budget, Meter
        from agents.llm.transcript import Transcript
        from twinseek.models import specs

        meter = Meter(Budget(calls=llm.calls, tokens=llm.tokens, tool_calls=llm.tool_calls, seconds=llm.seconds))
        transcript = Transcript(llm.trace) if llm.trace else None
        chosen = specs(llm, self._served_models, self._settings.index.describer)
        self._check_served(chosen, llm)
        roles = [self.load(spec, llm) if spec else None for spec in chosen[:2]]
        seeing = self._seeing(chosen[2], llm)
        return Models(*(model and model.with_meter(meter, transcript) for model in (*roles, seeing)))

    def _seeing(self, spec: str | None, llm: LlmSettings) -> "Model | None":
        """Return who is shown pictures; nobody, which is said once, where that is the describer and it cannot be used.

        Raises:
            TwinseekError: another model is named, and cannot be opened.
        """
        try:
            return self.load(spec, llm) if spec else None
        except TwinseekError as error:
            if llm.see != DESCRIBER:
                raise
            if not self._blind:
                logger.warning("tools cannot show pictures to the describer: %s", error)
            self._blind = True
            return None

    def _check_served(self, chosen: Sequence[str | None], llm: LlmSettings) -> None:
        """Refuse a model that its server lists as not there. A server that does not answer is no reason to: rules do.

        Raises:
            TwinseekError: naming the models that come close.
        """
        from twinseek.models import check_served, lists_models, url_for

        for spec in dict.fromkeys(spec for spec in chosen if spec):
            url = url_for(spec, llm)
            if url is None or not lists_models(spec, url):
                continue
            try:
                names = self._served_models(url)
            except TwinseekError as error:
                logger.info("which models %s has is not known: %s", url, error)
                continue
            try:
                check_served(spec, url, names)
            except TwinseekError:  # a list that was kept may be old
                check_served(spec, url, self._served_models(url, kept=0.0))

    def _served_models(self, base_url: str, kept: float | None = None) -> list[str]:
        """Return the names of a server's models, asked for now and then: a chat needs them twice a message."""
        from twinseek.models import served_models

        with self._opening:
            asked, names = self._served.get(base_url, (-math.inf, []))
        if time.monotonic() - asked > (LISTING_KEPT if kept is None else kept):
            names = served_models(base_url)
            with self._opening:
                self._served[base_url] = (time.monotonic(), names)
        return names

    def _opened(self, spec: str, llm: LlmSettings) -> "Model":
        """Return a model, opened once: what its server does not take is found out once too."""
        from agents.llm.calling import CallLimits
        from agents.llm.metering import Meter
        from agents.llm.model import Model
        from twinseek.models import load_model, url_for
        from twinseek.weights import plugin_sections

        url = url_for(spec, llm)
        limits = CallLimits(llm.attempts, llm.timeout, llm.seconds, llm.completion_tokens)
        key = (spec, url, limits)
        with self._opening:
            if key not in self._chats:
                sections = plugin_sections(self._settings)
                chat = load_model(spec, url, llm.timeout, plugins=sections, device=self._device())
                self._chats[key] = Model(chat, spec, meter=Meter(), limits=limits)
            return self._chats[key]
