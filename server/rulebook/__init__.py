"""The rulebook: which checklist holds on which day, what is switched on, what the law says word for word."""
