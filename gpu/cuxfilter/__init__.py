"""RAPIDS' own cross-filter, in a process and, if need be, an interpreter of its own."""
