"""How the tables came to be what they are, one revision at a time; the same steps on both databases."""

REVISIONS = ("0001", "0002", "0003", "0004", "0005")
"""Every revision, oldest first. Known here too, so that opening a database that is up to date needs no Alembic."""

HEAD = REVISIONS[-1]
VERSION_TABLE = "chitieu_revision"
"""Holds the revision of a database; a database with tables but without this one is not ours."""
