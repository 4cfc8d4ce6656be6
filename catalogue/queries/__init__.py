"""What the pages ask the database, each in a fixed number of queries."""
