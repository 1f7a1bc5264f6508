"""The REST API: description, resources, stage, keys and firewall, one concern a file."""
