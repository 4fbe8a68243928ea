"""`completion`: the script that lets a shell complete what is typed."""

from __future__ import annotations

import os
import sys
from typing import ClassVar

import click
from click.shell_completion import BashComplete, add_completion_class, get_completion_class, split_arg_string

from adapters.commands.exits import DONE

PROGRAM, VARIABLE = "crossdock", "_CROSSDOCK_COMPLETE"
SCRIPT = r"""
%(complete_func)s() {
    # Ids hold colons, at which bash breaks words: the line is read as it stands, and what stands in front of the last
    # such break is taken off the answers again.
    local line="${COMP_LINE:0:COMP_POINT}" response type value typed before=""
    typed="${line##*[[:space:]]}"
    if [[ $COMP_WORDBREAKS == *:* && $typed == *:* ]]; then before="${typed%%"${typed##*:}"}"; fi
    response=$(env COMP_LINE="$line" %(complete_var)s=bash_complete "$1" 2>/dev/null)
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) COMPREPLY+=("${value#"$before"}") ;;
        esac
    done <<< "$response"
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class Bash(BashComplete):
    """Click's, which reads words that bash has broken, reads the line instead."""

    source_template: ClassVar[str] = SCRIPT

    def get_completion_args(self) -> tuple[list[str], str]:
        line = os.environ.get("COMP_LINE", "")
        words = split_arg_string(line)[1:]
        incomplete = words.pop() if words and not line[-1:].isspace() else ""
        return words, incomplete


def register() -> None:
    """Before a shell's question is answered."""
    add_completion_class(Bash)


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Prints the script for SHELL, which completes commands, options, and ids of the ledger.

    \b
    bash: crossdock completion bash > ~/.local/share/bash-completion/completions/crossdock
    zsh:  crossdock completion zsh > ~/.zfunc/_crossdock    (with fpath+=~/.zfunc before compinit)
    fish: crossdock completion fish > ~/.config/fish/completions/crossdock.fish

    Example: crossdock completion bash >> ~/.bashrc"""
    register()
    found = get_completion_class(shell)
    assert found is not None
    sys.stdout.write(found(click.Command(PROGRAM), {}, PROGRAM, VARIABLE).source().lstrip("\n"))
    return DONE
