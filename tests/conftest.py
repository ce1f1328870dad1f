"""What all tests need."""

# Before Home Assistant's loader looks for it: else it says the integration is not found.
import custom_components.facequota  # noqa: F401
