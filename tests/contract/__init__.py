"""The rules of every book, local or shared."""
