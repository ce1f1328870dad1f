"""The page in the sidebar, and the papers on it."""
