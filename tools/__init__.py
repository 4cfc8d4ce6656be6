"""Set-up, demo and checks. `tools.setup` runs on a bare Python; everything else inside the virtual environment it makes."""
