"""What another version of a project would change: in its structure, for open work, and for messages that came before."""
