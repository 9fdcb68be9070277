"""How the gazetteer is made: `python -m gazetteer` writes what `daemon.tag` reads."""
