"""Single braces in a template file around what was probably meant as a value: `{body.x}`."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from jinja2 import nodes

from transforms.types import remarks
from transforms.types.remarks import Remarks

ROOTS = "body|headers|message|file|record|target"
MEANT = re.compile(rf"(?<![{{$#])\{{ *((?:{ROOTS})(?:\.\w+|\[(?:\d+|'[^'\n]*'|\"[^\"\n]*\")\])*) *\}}")
COMMAND = re.compile(r"\\[A-Za-z]+\*?(?:\[[^\]\n]*\])?$")
"""What stands in front of a brace of LaTeX."""
LONGEST = 80
"""Characters of a command."""
OF_PROGRAMS = frozenset((".css", ".js", ".mjs", ".ts", ".tex"))
"""Before `.j2`: files that are full of single braces."""


def lone(tree: nodes.Template, name: str, said: Remarks) -> None:
    """Says it of each; `name` is that of the file. Other words in braces may be meant as they stand."""
    if PurePosixPath(name.removesuffix(".j2")).suffix in OF_PROGRAMS:
        return
    for data in tree.find_all(nodes.TemplateData):
        for found in MEANT.finditer(data.data):
            if not COMMAND.search(data.data, max(found.start() - LONGEST, 0), found.start()):
                message = f"'{found[0]}' is sent as it stands here"
                hint = f"write '{{{{ {found[1]} }}}}' for a value"
                said.warning(remarks.LONE_WORD, message, hint, data.lineno + found.start())
