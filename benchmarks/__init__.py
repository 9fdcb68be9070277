"""What we claim about speed and quality, as commands that anyone can run."""
