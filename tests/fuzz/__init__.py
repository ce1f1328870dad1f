"""Hostile input, made from a seed: the same seed gives the same cases again."""

# Home Assistant puts its own library in voluptuous's place: before anybody imports that.
import custom_components.facequota  # noqa: F401
