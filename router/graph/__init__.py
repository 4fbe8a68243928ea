"""The routing table as a picture: `parts` makes a graph of it, `owners` one of its owners, `mermaid` and `svg` write it."""
