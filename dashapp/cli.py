"""The command line ``chitieu``: reads arguments, runs one command, tells every refusal in the user's language."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from dashapp import refusals
from dashapp.arguments import find_language, parser
from dashapp.commands import Outcome
from dashapp.settings import DEFAULT_LANGUAGE, language
from dashapp.terminal import hush_stdout, speak_utf8

REFUSED = 2
INTERRUPTED = 130
"""What a shell expects of a program stopped by Ctrl+C."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    int
        0 done and every goal met; 1 done, some goal not met; 2 input refused: standard error says why
        and nothing is written. 130 if stopped by Ctrl+C.
    """
    speak_utf8()
    arguments = sys.argv[1:] if argv is None else list(argv)
    asked = find_language(arguments)
    lang = asked or DEFAULT_LANGUAGE
    try:
        lang = asked or language()
        chosen = parser(lang).parse_args(arguments)
        return _say(chosen.command(chosen, lang), lang)
    except refusals.known() as refusal:
        for line in refusals.lines(refusal, lang):
            print(line, file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print(refusals.stopped(lang), file=sys.stderr)
        return INTERRUPTED


def _say(outcome: Outcome, lang: str) -> int:
    for note in outcome.notes:
        print(note, file=sys.stderr)
    try:
        if outcome.shown:
            print(outcome.shown)
        sys.stdout.flush()
    except BrokenPipeError:
        hush_stdout()
    except OSError as fault:  # the disk behind a redirection is full
        hush_stdout()
        print(*refusals.lines(fault, lang)[:-1], sep="\n", file=sys.stderr)
        return REFUSED
    return outcome.status


if __name__ == "__main__":
    sys.exit(main())
