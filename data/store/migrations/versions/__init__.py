"""The revisions; a revision that was released never changes again."""
