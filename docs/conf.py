"""Sphinx settings: `sphinx-build -W -b html docs docs/_build`."""

project = "crossborder"
author = "The crossborder authors"
project_copyright = "2026, The crossborder authors"
release = version = "0.1.0"

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}
root_doc = "index"
language = "en"

myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]

html_theme = "furo"
html_title = "crossborder"
