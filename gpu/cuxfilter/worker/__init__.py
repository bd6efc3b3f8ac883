"""The code that runs in the interpreter with cuxfilter; of the service it knows only the messages."""
