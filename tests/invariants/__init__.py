"""What this project promises about its own sources."""
