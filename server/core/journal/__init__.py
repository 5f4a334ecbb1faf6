"""The inspection journal: immutable statements, the chains they stand in, and the state they fold to."""
