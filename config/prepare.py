"""Bring the database and the collected files up to date before the site opens.

Run by run.py as `python -m config.prepare`, in one process because starting Django costs
more than the work. An advisory lock makes two starts on one database wait for each other.
"""
