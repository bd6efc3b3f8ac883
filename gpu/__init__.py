"""The engines that turn columns into codes, filters into masks and views into cubes.

They know nothing of the web server, accounts or the database.
"""
