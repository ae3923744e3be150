"""Follow one sum: a recorded network that adds inside a page of the book."""
