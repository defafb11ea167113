"""Finds the files that ship with gatebook: the built-in checklist and the samples beside it.

They stand in `gatebook/_templates` in an installed wheel and in the repository's `templates` folder
in a checkout or an editable install.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

BUILT_IN = "twelve-gates.toml"


def templates_folder() -> Path:
    """The folder of the shipped files. Raises FileNotFoundError if the installation lacks it."""
    # The installed one first: above an installed package may stand a stranger's "templates".
    for folder in (_PACKAGE / "_templates", _PACKAGE.parents[1] / "templates"):
        if (folder / BUILT_IN).is_file():
            return folder
    raise FileNotFoundError(
        f"The files that come with gatebook are missing: found no {BUILT_IN} in "
        f"{_PACKAGE / '_templates'}. Install gatebook again."
    )


def template_names() -> tuple[str, ...]:
    """The names of the shipped files, sorted."""
    return tuple(
        sorted(
            path.name
            for path in templates_folder().iterdir()
            if path.is_file() and not path.name.startswith(".")
        )
    )


def template_text(name: str) -> str:
    """The text of a shipped file, such as "twelve-gates.toml".

    Raises FileNotFoundError for any other name, one that leads out of the folder included.
    """
    names = template_names()
    if name not in names:
        raise FileNotFoundError(
            f"“{name}” does not come with gatebook. These do: {', '.join(names)}."
        )
    return (templates_folder() / name).read_text(encoding="utf-8")
