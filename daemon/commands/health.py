"""`newsd health`: one question to a running newsd, fit for a container's health check."""

import json
from http.client import HTTPConnection, HTTPException
from typing import Any

import typer

from daemon.commands.exits import Exit
from daemon.commands.options import Config, read_settings
from daemon.commands.say import say
from daemon.errors import UsageError

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_ANY = {"": "127.0.0.1", "*": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  not bound
_TIMEOUT = 5.0
"""Seconds."""


@app.command(epilog="Example: newsd health || systemctl restart newsd")
def health(*, config: Config = None) -> None:
    """Ask http://<http.bind>/readyz and print one line; ends with 0 when newsd does its work."""
    bind = read_settings(config, None).settings.http.bind
    if not bind:
        raise UsageError("http.bind is empty, so there is nobody to ask; set http.bind")
    host, _, port = bind.rpartition(":")
    host = host.strip("[]")
    ready, line = ask(_ANY.get(host, host), int(port))
    say(line)
    raise typer.Exit(Exit.RAN if ready else Exit.INTERNAL)


def ask(host: str, port: int) -> tuple[bool, str]:
    """Whether newsd at this address does its work, and a line that says why or why not."""
    connection = HTTPConnection(host, port, timeout=_TIMEOUT)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        facts = json.loads(answer.read(65536))
    except (OSError, HTTPException, ValueError) as error:
        return False, f"not ready: {host}:{port}: {error}"
    finally:
        connection.close()
    ready = answer.status == 200
    return ready, f"{'ready' if ready else 'not ready'}: {_facts(facts)}"


def _facts(facts: Any) -> str:
    if not isinstance(facts, dict):
        return str(facts)
    return ", ".join(
        f"{name.removesuffix('_s').replace('_', ' ')} {_fact(value)}"
        for name, value in facts.items()
        if name != "ready"
    )


def _fact(value: Any) -> str:
    if value is None:
        return "unknown"
    return f"{value:.0f} s" if isinstance(value, int | float) else str(value)
