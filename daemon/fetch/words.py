"""Text for people: what went wrong, in one line that is safe to print and to store."""

from daemon.credentials import without_credentials

LONGEST = 500


def one_line(text: str) -> str:
    """`text` as one printable line of at most 500 characters, without user names or passwords."""
    text = without_credentials(text[: 4 * LONGEST])
    printable = "".join(c if c.isprintable() else " " for c in text)
    line = " ".join(printable.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
