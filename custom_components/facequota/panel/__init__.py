"""What people look at: page, papers, dashboard, and the visitor's display."""
