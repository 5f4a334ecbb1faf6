"""The draw as a stage: who announces, who contributes a number, what is published. The rules are in core/draw."""
