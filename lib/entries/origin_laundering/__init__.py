"""Origin laundering: foreign goods leaving as Korean."""
