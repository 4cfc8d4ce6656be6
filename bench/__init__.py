"""The benchmark: the portal's pages beside a bare view, measured in one run. `make bench`."""
