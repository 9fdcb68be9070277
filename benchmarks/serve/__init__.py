"""What serving readers costs: relaying the change log, following it, asking for it."""
