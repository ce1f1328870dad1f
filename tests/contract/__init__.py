"""What every book keeps to, wherever it is kept."""
