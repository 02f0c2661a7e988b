"""Health checks that make a server do what it is for: an answer with a schema, a search, a run of the graph.

That a port is open or a status page says ok is no sign: a server whose runs hang answers its status page.

    health.py model URL NAME [--picture]    a chat completion with a JSON schema
    health.py chroma URL                    a vector is written and found
    health.py graph URL                     a run of the graph, on a message that asks no model

Exit status 0 where it works. Standard library only, so that it runs in any image with a Python.
"""

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from typing import Any

SECONDS = 25.0
SCHEMA = {
    "type": "object",
    "properties": {"ok": {"type": "boolean"}},
    "required": ["ok"],
    "additionalProperties": False,
}
# A grey square of 28 pixels, the patch of the models meant, as a PNG.
PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABwAAAAcCAIAAAD9b0jDAAAAIklEQVR42mNo"
    "oAFgGDV01NBRQ0cNHTV01NBRQ0cNHRmGAgDZoZg95hjqugAAAABJRU5ErkJggg=="
)


def call(url: str, body: dict[str, Any] | None = None) -> Any:
    """Return the JSON that a URL answers."""
    headers = {"Content-Type": "application/json"}
    if key := os.environ.get("VLLM_API_KEY") or os.environ.get("OPENAI_API_KEY"):
        headers["Authorization"] = f"Bearer {key}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers)  # noqa: S310 - who writes the compose file chooses it
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
        content = answer.read()
    return json.loads(content) if content else None


def check_model(url: str, name: str, picture: bool) -> None:
    """Ask for an answer that fits a schema, where wished about a picture."""
    content: list[dict[str, Any]] = [{"type": "text", "text": 'Answer {"ok": true}.'}]
    if picture:
        content.insert(0, {"type": "image_url", "image_url": {"url": PICTURE}})
    body = {
        "model": name,
        "messages": [{"role": "user", "content": content}],
        "max_tokens": 32,
        "temperature": 0,
        "response_format": {"type": "json_schema", "json_schema": {"name": "health", "strict": True, "schema": SCHEMA}},
    }
    said = call(f"{url}/chat/completions", body)["choices"][0]["message"]["content"]
    if set(json.loads(said)) != {"ok"}:
        raise ValueError(f"the model does not keep to a schema: {said!r:.80}")


def check_chroma(url: str) -> None:
    """Write a vector into a collection of its own, and find it."""
    base = f"{url}/api/v2/tenants/default_tenant/databases/default_database/collections"
    collection = f"{base}/{call(base, {'name': 'twinseek-health', 'get_or_create': True})['id']}"
    call(f"{collection}/upsert", {"ids": ["one"], "embeddings": [[1.0, 0.0]]})
    found = call(f"{collection}/query", {"query_embeddings": [[1.0, 0.0]], "n_results": 1, "include": ["distances"]})
    if found["ids"] != [["one"]]:
        raise ValueError(f"a vector that was written is not found: {found!r:.80}")


def check_graph(url: str) -> None:
    """Run the graph on an empty message: it is answered with what to write, and neither searches nor asks a model."""
    message = {"role": "user", "content": ""}
    state = call(f"{url}/runs/wait", {"assistant_id": "twinseek", "input": {"messages": [message]}})
    if not state.get("messages"):
        raise ValueError(f"the run gave no message: {state!r:.80}")


def main() -> int:
    """Run the check that is asked for."""
    parser = argparse.ArgumentParser(description="Make a server do what it is for.")
    parser.add_argument("kind", choices=["model", "chroma", "graph"])
    parser.add_argument("url")
    parser.add_argument("name", nargs="?", default="")
    parser.add_argument("--picture", action="store_true")
    given = parser.parse_args()
    try:
        if given.kind == "model":
            check_model(given.url, given.name, given.picture)
        elif given.kind == "chroma":
            check_chroma(given.url)
        else:
            check_graph(given.url)
    except (urllib.error.URLError, OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        sys.stderr.write(f"{given.kind} at {given.url} does not work ({type(error).__name__}: {error})\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
