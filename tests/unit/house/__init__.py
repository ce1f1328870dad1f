"""The house that the demo and the end-to-end tests are built on."""
