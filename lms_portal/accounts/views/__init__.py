"""Pages of sign-in, people and roles."""
