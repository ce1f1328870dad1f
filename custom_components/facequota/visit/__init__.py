"""One visit, and what it needs: the picture, the visitor, the account, the process that recognises."""
