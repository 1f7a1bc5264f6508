"""The database, as the functions reach it; shared by their packages."""
