"""Opens chat models by name, through LangChain: any provider's, or those of a server of one's own."""

import difflib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from twins.errors import TwinseekError
from twinseek.settings import DESCRIBER, LlmSettings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

NO_KEY = "none"
"""Sent where no key is set: most servers of one's own want none, and OpenAI's client insists on one."""
NO_MODEL, SAME_MODEL = "none", "same"
"""Said of a role that no model shall have, and of one that the model for all shall have."""
LOCAL = "local"
"""The provider that stands for plugins: ``local:qwen_vl`` is the describer of that name, on the weights that it has."""
EXAMPLES = "openai:gpt-5-mini, anthropic:claude-sonnet-4-5, or openai:NAME with --llm-url http://localhost:8000/v1"
LISTING_SECONDS = 10.0
NAMED = 20
"""Models of a server that are named in a sentence."""


def load_model(
    spec: str,
    base_url: str | None = None,
    timeout: float = 60.0,
    *,
    plugins: Mapping[str, Mapping[str, Any]] | None = None,
    device: str = "cpu",
) -> "BaseChatModel":
    """Open a chat model.

    Args:
        spec: ``PROVIDER:NAME``; with a base URL a name alone is one of OpenAI's protocol. ``local:NAME`` is the
            describer of that name, which shares its weights with the index.
        base_url: where the server is, with its version: ``http://localhost:8000/v1``.
        timeout: seconds for one request.
        plugins: a section of the settings a plugin, by name.
        device: where a plugin's model runs.

    Raises:
        TwinseekError: where the name is wrong, a package or a key is missing; it says which.
    """
    from langchain.chat_models import init_chat_model
    from pydantic import ValidationError

    name, provider = _split(spec, base_url)
    if provider == LOCAL:
        return _plugged(name, (plugins or {}).get(name, {}), device)
    # Retries are made above, where they are counted. A judge must say the same twice: temperature 0.
    options: dict[str, Any] = {"timeout": timeout, "max_retries": 0, "temperature": 0}
    if base_url:
        options["base_url"] = checked_url(base_url)
    if provider == "openai" and base_url and not os.environ.get("OPENAI_API_KEY"):
        options["api_key"] = NO_KEY
    try:
        chat: BaseChatModel = init_chat_model(name, model_provider=provider, **options)
    except ImportError as error:
        package = next(iter(re.findall(r"pip install ([\w-]+)", str(error))), f"langchain-{provider}")
        raise TwinseekError(f"the model {spec} needs a package that is not installed: pip install {package}") from error
    except Exception as error:  # each provider raises its own
        if isinstance(error, ValueError) and not isinstance(error, ValidationError) and "provider" in str(error):
            example = f"openai:{spec}" if base_url else EXAMPLES
            raise TwinseekError(f"{spec!r} names no provider of models: say for example {example}") from error
        line = next(iter(str(error).splitlines()), type(error).__name__)
        raise TwinseekError(f"the model {spec} cannot be opened: {line}") from error
    return chat


def _plugged(name: str, settings: Mapping[str, Any], device: str) -> "BaseChatModel":
    from tools.describers import PluggedDescriber
    from tools.plugged import open_plugged

    return open_plugged([PluggedDescriber], name, settings, device).chat()


def served_models(base_url: str, timeout: float = LISTING_SECONDS) -> list[str]:
    """Return the names of the models that a server of OpenAI's protocol has.

    Raises:
        TwinseekError: where it does not answer, or answers something else.
    """
    import openai

    from agents.llm.transcript import without_secrets

    url, key = checked_url(base_url), os.environ.get("OPENAI_API_KEY") or NO_KEY
    try:
        with openai.OpenAI(base_url=url, api_key=key, max_retries=0, timeout=timeout) as client:
            return sorted(model.id for model in client.models.list() if model.id)
    except openai.AuthenticationError as error:
        raise TwinseekError(f"{url} refuses the key: set OPENAI_API_KEY to one that it takes") from error
    except openai.APIStatusError as error:
        hint = "" if url.rstrip("/").endswith("/v1") else f"; is it {url.rstrip('/')}/v1?"
        raise TwinseekError(f"{url}/models answers {error.status_code}: check the base URL{hint}") from error
    except (openai.OpenAIError, ValueError, TypeError, AttributeError) as error:  # the last: a body of another kind
        said = without_secrets(str(error), [key] if key != NO_KEY else [])
        port = re.match(r"https?://[^/\s]*:(\d+)", url)
        start = f"vllm serve MODEL{f' --port {port[1]}' if port else ''}"
        raise TwinseekError(
            f"no model server answers at {url} ({said}): start one ({start}; docs/deploy.md), or check --llm-url"
        ) from None


def check_served(spec: str, base_url: str, names: Sequence[str]) -> None:
    """Refuse a model that its server does not have, naming what comes close.

    Args:
        spec: the model.
        base_url: where its server is.
        names: the models that the server lists; a server that lists none has told nothing.

    Raises:
        TwinseekError: it is not among them.
    """
    name = _split(spec, base_url)[0]
    # Ollama calls a model by its name alone its latest; routers take variants (NAME:free), and list patterns.
    same = {name, f"{name}:latest", name.partition(":")[0]}
    if not names or same & set(names) or any("*" in listed for listed in names):
        return
    close = close_names(name, names)
    hint = f"did you mean {' or '.join(close)}?" if close else f"choose one of {', '.join(names[:NAMED])}"
    more = f" and {len(names) - NAMED} more" if not close and len(names) > NAMED else ""
    raise TwinseekError(f"{name} is not on {base_url}: {hint}{more}")


def lists_models(spec: str, base_url: str) -> bool:
    """Say whether a model's server can be asked which models it has: one of OpenAI's protocol."""
    return _split(spec, base_url)[1] == "openai"


def close_names(name: str, names: Sequence[str]) -> list[str]:
    """Return the few names that are most like one, whoever published them (``Qwen/``) and however they are cased."""
    short = {listed: listed.rpartition("/")[2].lower() for listed in names}
    said = name.rpartition("/")[2].lower()
    close = difflib.get_close_matches(said, sorted(set(short.values())), n=3)
    close += [other for other in sorted(set(short.values())) if (said in other or other in said) and other not in close]
    return [listed for wanted in close for listed in names if short[listed] == wanted][:3]


def specs(
    llm: LlmSettings, served: Callable[[str], list[str]] = served_models, describer: str | None = None
) -> tuple[str | None, str | None, str | None]:
    """Return which models decompose, judge and see; none where no model shall.

    A base URL without a model stands for the one model that its server has. Many models cannot see: none does that is
    not named for it, or said to be the same.

    Args:
        llm: the settings.
        served: returns the names of a server's models.
        describer: the plugin that sees where the profile's describer is to.

    Raises:
        TwinseekError: where the server has several or none, or does not answer.
    """
    roles = (llm.decompose or SAME_MODEL, llm.judge or SAME_MODEL, llm.see or NO_MODEL)
    model = llm.model
    if model is None and llm.base_url and SAME_MODEL in roles:
        model = f"openai:{_only(served(llm.base_url), llm.base_url)}"
    if llm.see == SAME_MODEL and model is None:
        raise TwinseekError("llm.see is 'same', and no model is set: name one with --llm")
    if llm.see == DESCRIBER:
        roles = (*roles[:2], f"{LOCAL}:{describer}" if describer else NO_MODEL)
    chosen = (model if spec == SAME_MODEL else spec for spec in roles)
    decompose, judge, see = (None if spec == NO_MODEL else spec for spec in chosen)
    return decompose, judge, see


def url_for(spec: str, llm: LlmSettings) -> str | None:
    """Return the base URL for one of several models: it belongs to the provider of the model for all, else OpenAI's."""
    if llm.base_url is None:
        return None
    own = _split(llm.model, llm.base_url)[1] if llm.model and llm.model != NO_MODEL else "openai"
    return llm.base_url if _split(spec, llm.base_url)[1] == own else None


def checked_url(base_url: str) -> str:
    """Return a base URL. Raises :class:`TwinseekError` where it is none."""
    if not re.match(r"https?://[^/\s]+", base_url):
        raise TwinseekError(f"{base_url!r} is no base URL: write for example http://localhost:8000/v1")
    return base_url


def _only(names: Sequence[str], base_url: str) -> str:
    if len(names) != 1:
        has = f"has {len(names)} models ({', '.join(names[:NAMED])})" if names else "has no model"
        raise TwinseekError(f"{base_url} {has}: choose with --llm openai:NAME")
    return names[0]


def _split(spec: str, base_url: str | None) -> tuple[str, str | None]:
    """Return a model's name and its provider; none lets LangChain guess it."""
    provider, colon, name = spec.partition(":")
    if any(letter.isspace() for letter in spec) or not provider or (colon and not name):
        raise TwinseekError(f"{spec!r} is no model: say for example {EXAMPLES}")
    if not colon:
        return spec, "openai" if base_url else None
    return name, provider.replace("-", "_").lower()
