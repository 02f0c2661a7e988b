"""The few things that are asked of the model hub, through its own client, with one kind of error."""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.weights import file_digest
from twins.errors import TwinseekError

ANSWER_SECONDS = 20.0
PART_BYTES = 2**20
"""Of a file that are in memory at a time."""


@dataclass(frozen=True)
class HubFile:
    """A file as the hub lists it: big ones have a sha256, small ones git's hash."""

    name: str
    size: int
    sha256: str | None
    git_sha1: str | None

    def matches(self, path: Path) -> bool:
        """Say whether a local file is this one. What the hub gives no hash of is none."""
        if self.sha256 is not None:
            return file_digest(path) == self.sha256
        # Git's own naming of contents, which is all that the hub tells of small files; nothing secret hangs on it.
        whole = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
        with path.open("rb") as file:  # a mirror may call gigabytes a small file
            while part := file.read(PART_BYTES):
                whole.update(part)
        return whole.hexdigest() == self.git_sha1


class Hub:
    """The model hub, or a mirror of it (``HF_ENDPOINT``); a token is taken from where its client looks for one."""

    def __init__(self) -> None:
        from huggingface_hub import HfApi

        self._api: HfApi = HfApi(endpoint=os.environ.get("HF_ENDPOINT", "").rstrip("/") or None)

    def listing(self, repository: str, revision: str | None) -> tuple[str, list[HubFile]]:
        """Return the commit that a revision stands for, and all files of it.

        Raises:
            TwinseekError: there is no such model or revision, or no answer.
        """
        with _one_kind_of_error(repository, revision):
            found = self._api.model_info(repository, revision=revision, files_metadata=True, timeout=ANSWER_SECONDS)
        files = [
            HubFile(file.rfilename, file.size or 0, file.lfs.sha256 if file.lfs else None, file.blob_id)
            for file in found.siblings or []
        ]
        if not re.fullmatch("[0-9a-f]{40}", found.sha or ""):
            raise TwinseekError(f"the hub does not say which commit of {repository} it has: check HF_ENDPOINT")
        return str(found.sha), files

    def fetch(self, repository: str, name: str, commit: str, folder: Path) -> None:
        """Fetch one file into a folder, going on where an earlier try broke off.

        Raises:
            TwinseekError: it is not there, or the connection broke too often.
        """
        with _one_kind_of_error(repository, commit):
            self._api.hf_hub_download(repository, name, revision=commit, local_dir=folder)


@contextmanager
def _one_kind_of_error(repository: str, revision: str | None) -> Iterator[None]:
    import httpx2
    from huggingface_hub import errors

    name = f"{repository}@{revision}" if revision else repository
    try:
        yield
    except errors.GatedRepoError as error:
        raise TwinseekError(
            f"{name} is given only to who accepts its licence: do so on its page, and set HF_TOKEN"
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise TwinseekError(
            f"the hub has no model {repository}, or none for you: check the name, or set HF_TOKEN"
        ) from error
    except errors.RevisionNotFoundError as error:
        raise TwinseekError(f"{repository} has no revision {revision!r}: leave it out, or name a commit") from error
    except errors.HFValidationError as error:
        raise TwinseekError(f"{name} cannot be a model's name: write organisation/name") from error
    except errors.OfflineModeIsEnabled as error:
        raise TwinseekError(f"{name} is not fetched while HF_HUB_OFFLINE is set: unset it") from error
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        raise TwinseekError(f"the hub answered {status} for {name}: try again later, or check HF_ENDPOINT") from error
    except (httpx2.HTTPError, errors.LocalEntryNotFoundError, errors.FileMetadataError) as error:
        raise TwinseekError(
            f"{name} could not be fetched ({type(error).__name__}): see that the network reaches the hub (HF_ENDPOINT "
            "names a mirror), and pull again; it goes on where it was"
        ) from error
    except OSError as error:
        if error.errno is not None:
            raise  # of the disk
        raise TwinseekError(f"{name} broke off: pull again; it goes on where it was") from error
