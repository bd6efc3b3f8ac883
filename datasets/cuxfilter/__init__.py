"""An exploration as cuxfilter's dashboard: what it is given, in a process a person, and what comes back."""
