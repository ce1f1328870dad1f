"""The blueprints, in Home Assistant's own automations."""
