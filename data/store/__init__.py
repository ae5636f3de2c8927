"""What rests: campaigns, figures, scenarios, allocations, people and the log, in one database."""

from data.store import records
from data.store.backups import Manifest, Restored, backup, restore, verify_backup
from data.store.errors import StoreError
from data.store.store import BUSY_SECONDS, DEFAULT_URL, Store
from data.store.work import Work

__all__ = [
    "BUSY_SECONDS",
    "DEFAULT_URL",
    "Manifest",
    "Restored",
    "Store",
    "StoreError",
    "Work",
    "backup",
    "records",
    "restore",
    "verify_backup",
]
