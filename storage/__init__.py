"""The ground floor: what is kept, in SQL. Never imports the daemon."""
