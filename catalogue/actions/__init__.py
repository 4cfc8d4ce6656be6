"""The writes of the catalogue, one module a noun."""
