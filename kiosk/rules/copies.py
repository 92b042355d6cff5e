"""Which copy of a title is meant when only the publisher's bar was scanned, that all of them have.

It is never guessed: a copy is meant that nobody can take for another one, or none is.
"""

from collections.abc import Sequence


def meant(are_own: Sequence[bool]) -> int | None:
    """Return the place of the copy that is meant, or None where it may be one of several.

    `are_own` says of each copy whether the reader at hand has it out. The only one that they have
    is meant, and else the only one that there is: any other may lie with somebody, whose loan would
    end for a book that stays away, or may be the one that is looked for.
    """
    own = [place for place, is_own in enumerate(are_own) if is_own]
    if own:
        return own[0] if len(own) == 1 else None
    return 0 if len(are_own) == 1 else None
