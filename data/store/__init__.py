"""What rests: campaigns, figures, scenarios, allocations, people and the log, in one database."""
