"""Graphs of who sends what to whom: neighbourhoods, paths, cycles, measures."""

from lib.links.algorithms import leiden_communities, pagerank, strongly_connected_components
from lib.links.graph import UNKNOWN, Graph, Near, build, ties
from lib.links.measures import measures, oddness
from lib.links.rings import Cycles, cycles

__all__ = [
    "UNKNOWN", "Cycles", "Graph", "Near", "build", "cycles", "leiden_communities", "measures", "oddness", "pagerank",
    "strongly_connected_components", "ties",
]  # fmt: skip
