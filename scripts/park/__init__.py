"""A server for a shared quota, for tests, benches and the demo; and ways to break it."""
