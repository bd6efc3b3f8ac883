"""Appends entries, and prints each number once it is recorded: ``audit_writer.py NAME COUNT``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from accounts.audit import AuditAction, record_event

name, count = sys.argv[1], int(sys.argv[2])
for number in range(count):
    record_event(AuditAction.DATASET_OPENED, resource=("dataset", name), number=number)
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()
