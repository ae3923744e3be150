"""The lab: a network that trains inside a page of the book."""
