"""Who works here: units, people and roles, sessions, devices."""
