"""RAPIDS' cuxfilter as an engine, in a process and, if need be, an interpreter of its own."""
