"""The demo's domain and password, readable before Django is set up."""

DOMAIN = "demo.example"
PASSWORD = "lære og meistre i demoen"  # noqa: S105 - printed on the page; the demo has no secrets
