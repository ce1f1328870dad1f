"""Pictures from a camera, in memory only."""
