"""A small news site on loopback, with the troubles of the real ones, to try newsd on."""

from daemon.demo.site import Site, demo_site

__all__ = ["Site", "demo_site"]
